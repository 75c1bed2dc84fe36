import type { Demo } from './demo.ts';

/** What `npm start` has to tell. */
export interface Started {
  /** As `http://localhost:50809`. */
  readonly url: string;
  readonly persistTo: string;
  readonly demo: Demo;
  /** Whether /console/ answers. */
  readonly hasConsole: boolean;
}

/** What `npm start` prints when everything runs, line by line. Each link or command can be pasted as it is. */
export const bannerLines = ({ url, persistTo, demo, hasConsole }: Started): readonly string[] => {
  const { key, contents } = demo;
  return [
    '',
    'Rollcall runs on this machine. Stop it with Ctrl-C.',
    '',
    `  Home      ${url}`,
    // Behind the #: a browser sends it to nobody.
    ...(hasConsole ? [`  Console   ${url}/console/${key === undefined ? '' : `#key=${key}`}`] : []),
    `  API docs  ${url}/docs`,
    `  OpenAPI   ${url}/openapi.json`,
    `  Demo      ${contents}`,
    `  Demo key  ${key ?? `revoked; delete ${persistTo} to start anew`}`,
    `  Operator  ADMIN_TOKEN in .dev.vars opens ${url}/admin/communities`,
    '',
    ...(key === undefined ? [] : firstCall(url, key)),
  ];
};

const firstCall = (url: string, key: string): readonly string[] => [
  'Paste this to start a session:',
  '',
  `  export KEY=${key}`,
  `  curl ${url}/v2/community/servers/1/activity \\`,
  `    -H "Authorization: Bearer $KEY" -d '{"username":"you","forceStart":true}'`,
  '',
];
