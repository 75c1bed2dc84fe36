/**
 * Import it before the operations to have their documentation. The Worker does not carry it: wrangler.toml defines
 * WITH_DOCS as false for the bundle, which drops it and all that only it uses.
 */
declare global {
  var WITH_DOCS: boolean;
}

globalThis.WITH_DOCS = true;

export {};
