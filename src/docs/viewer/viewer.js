// Shows the OpenAPI document and makes its calls. No framework, nothing from another host, nothing that counts readers.
// A file of its own, because the Content-Security-Policy allows no inline script.

const TEXTS = {
  en: {
    document: '/openapi.json',
    credential: 'Credential',
    credentialHint: 'API key, access token or ADMIN_TOKEN',
    filter: 'Filter',
    filterHint: 'path or words',
    language: 'Language',
    note: 'The credential stays in this page. Calls go with it, and without cookies.',
    or: 'or',
    from: 'from',
    to: 'to',
    atLeast: 'at least',
    atMost: 'at most',
    characters: 'characters',
    default: 'default',
    noCredential: 'No credential.',
    scope: 'Scope',
    credentials: 'Credentials',
    parameters: 'Parameters',
    columns: ['name', 'in', 'type', 'value'],
    body: 'Body',
    schema: 'Schema',
    send: 'Send',
    calling: 'Calling …',
    took: 'in',
    headers: 'Headers',
    curl: 'As curl',
    noAnswer: 'No answer',
    answers: 'Answers',
    example: 'Example',
  },
  es: {
    document: '/openapi.es.json',
    credential: 'Credencial',
    credentialHint: 'clave de API, token de acceso o ADMIN_TOKEN',
    filter: 'Filtro',
    filterHint: 'ruta o palabras',
    language: 'Idioma',
    note: 'La credencial se queda en esta página. Las llamadas van con ella, y sin cookies.',
    or: 'o',
    from: 'desde',
    to: 'hasta',
    atLeast: 'al menos',
    atMost: 'como máximo',
    characters: 'caracteres',
    default: 'si no se indica,',
    noCredential: 'Sin credencial.',
    scope: 'Permiso',
    credentials: 'Credenciales',
    parameters: 'Parámetros',
    columns: ['nombre', 'en', 'tipo', 'valor'],
    body: 'Cuerpo',
    schema: 'Esquema',
    send: 'Enviar',
    calling: 'Llamando …',
    took: 'en',
    headers: 'Cabeceras',
    curl: 'Como curl',
    noAnswer: 'Sin respuesta',
    answers: 'Respuestas',
    example: 'Ejemplo',
  },
};

// The console's own note: who has chosen a language there has chosen it here.
const NOTE = 'rollcall.language';
const kept = () => {
  try {
    return localStorage.getItem(NOTE);
  } catch {
    return null;
  }
};
const wanted = [kept(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
const language = wanted.find((one) => one in TEXTS) ?? 'en';
const say = TEXTS[language];
document.documentElement.lang = language;
for (const element of document.querySelectorAll('[data-text]'))
  element.textContent = say[element.dataset.text];
for (const element of document.querySelectorAll('[data-hint]'))
  element.placeholder = say[element.dataset.hint];
document.getElementById('document').href = say.document;
document.getElementById('language').value = language;
document.getElementById('language').addEventListener('change', (event) => {
  try {
    localStorage.setItem(NOTE, event.target.value);
  } catch {
    // A browser that keeps nothing shows its own language.
  }
  location.reload();
});

const answer = await fetch(say.document);
const api = await answer.json();

/** An element with attributes, handlers (`onclick`) and children. Text is only ever text: nothing here parses HTML. */
const h = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
};

const follow = (node) =>
  node?.$ref
    ? node.$ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], api)
    : node;

/** A schema with what it refers to in its place. */
const inline = (node, depth = 0) => {
  if (Array.isArray(node)) return node.map((item) => inline(item, depth));
  if (typeof node !== 'object' || node === null) return node;
  if (node.$ref) return depth > 8 ? node : inline(follow(node), depth + 1);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value, depth)]));
};

const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** Text with `code` in it. */
const prose = (text) =>
  text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h('code', {}, part) : part));

const folded = (title, content) =>
  h('details', {}, h('summary', {}, title), h('pre', { tabindex: '0' }, content));

const typeOf = (schema = {}) => {
  const { type, format, enum: values, const: only, anyOf, minimum, maximum, minLength, maxLength } = schema;
  if (values) return values.join(' | ');
  if (only !== undefined) return JSON.stringify(only);
  if (anyOf) return anyOf.map(typeOf).join(` ${say.or} `);
  const limits = [
    minimum === undefined ? '' : `${say.from} ${minimum}`,
    maximum === undefined ? '' : `${say.to} ${maximum}`,
    minLength === undefined ? '' : `${say.atLeast} ${minLength} ${say.characters}`,
    maxLength === undefined ? '' : `${say.atMost} ${maxLength} ${say.characters}`,
    schema.default === undefined ? '' : `${say.default} ${schema.default}`,
  ].filter(Boolean);
  return [[type].flat().join(` ${say.or} `) + (format ? ` (${format})` : ''), ...limits].join(', ');
};

const WAYS = { bearer: 'Bearer', operator: 'Bearer', basic: 'Basic', apiKey: 'X-API-Key' };

const accessOf = ({ security = [] }) => {
  if (security.length === 0) return [h('p', {}, say.noCredential)];
  const scopes = [...new Set(security.flatMap((way) => Object.values(way).flat()))];
  const ways = security.map((way) => {
    const [name] = Object.keys(way);
    const { description = '' } = api.components.securitySchemes[name] ?? {};
    return h('li', {}, `${WAYS[name] ?? name}: `, ...prose(description));
  });
  return [
    scopes.length > 0 && h('p', {}, `${say.scope} `, h('code', {}, scopes.join(' '))),
    h('details', {}, h('summary', {}, say.credentials), h('ul', {}, ...ways)),
  ].filter(Boolean);
};

const toForm = (value) => new URLSearchParams(value).toString();

/** Parameters, body and a button: what makes a call, and what came back. */
const tryOut = (path, method, operation) => {
  const inputs = new Map();
  const parameters = (operation.parameters ?? [])
    .map(follow)
    .filter((parameter) => parameter.in !== 'header');
  const rows = parameters.map((parameter) => {
    const input = h('input', {
      'aria-label': parameter.name,
      value: parameter.required ? String(parameter.example ?? '') : '',
      placeholder: parameter.example === undefined ? '' : String(parameter.example),
    });
    inputs.set(parameter, input);
    return h(
      'tr',
      {},
      h('td', {}, h('code', {}, parameter.name), parameter.required ? ' *' : ''),
      h('td', {}, parameter.in),
      h(
        'td',
        {},
        typeOf(parameter.schema),
        parameter.description ? h('br') : '',
        ...prose(parameter.description ?? ''),
      ),
      h('td', {}, input),
    );
  });
  const [[contentType, content] = []] = Object.entries(operation.requestBody?.content ?? {});
  const isForm = contentType === 'application/x-www-form-urlencoded';
  const example =
    content?.example === undefined ? '' : isForm ? toForm(content.example) : pretty(content.example);
  const body =
    contentType &&
    h('textarea', { rows: Math.min(14, example.split('\n').length + 1), 'aria-label': say.body });
  if (body) body.value = example;

  const output = h('div', { 'aria-live': 'polite' });
  const send = async () => {
    let url = path;
    const query = new URLSearchParams();
    for (const [parameter, { value }] of inputs) {
      if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value !== '') query.append(parameter.name, value);
    }
    if (query.size > 0) url += `?${query}`;
    const credential = document.getElementById('credential').value.trim();
    const headers = {
      ...(language !== 'en' && { 'Accept-Language': language }),
      ...(credential && { Authorization: `Bearer ${credential}` }),
      ...(body && body.value !== '' && { 'Content-Type': contentType }),
    };
    const text = body?.value || undefined;
    const command = toCurl(method, url, headers, text);
    output.replaceChildren(h('p', {}, say.calling));
    const startedAt = performance.now();
    try {
      const response = await fetch(url, { method, headers, body: text, credentials: 'omit' });
      const received = await response.text();
      const took = Math.round(performance.now() - startedAt);
      output.replaceChildren(
        h('h3', {}, `${response.status} ${response.statusText} ${say.took} ${took} ms`),
        h('pre', { tabindex: '0' }, readable(received, response.headers.get('content-type') ?? '')),
        folded(say.headers, [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')),
        folded(say.curl, command),
      );
    } catch (error) {
      output.replaceChildren(h('h3', {}, say.noAnswer), h('p', {}, String(error)), folded(say.curl, command));
    }
  };
  return [
    rows.length > 0 && [
      h('h3', {}, say.parameters),
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...say.columns.map((title) => h('th', { scope: 'col' }, title)))),
        h('tbody', {}, ...rows),
      ),
    ],
    body && [
      h('h3', {}, `${say.body}, ${contentType}`),
      body,
      folded(say.schema, pretty(inline(content.schema))),
    ],
    h('button', { type: 'button', onclick: send }, say.send),
    output,
  ]
    .flat()
    .filter(Boolean);
};

const readable = (text, contentType) => {
  if (!/[/+]json/.test(contentType)) return text;
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
};

const quote = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const toCurl = (method, url, headers, body) =>
  [
    `curl -X ${method} ${quote(location.origin + url)}`,
    ...Object.entries(headers).map(([name, value]) =>
      name === 'Authorization' ? '-H "Authorization: Bearer $KEY"' : `-H ${quote(`${name}: ${value}`)}`,
    ),
    ...(body === undefined ? [] : [`-d ${quote(body)}`]),
  ].join(' \\\n  ');

const answersOf = (operation) =>
  Object.entries(operation.responses).map(([status, reference]) => {
    const response = follow(reference);
    const [[type, content] = []] = Object.entries(response.content ?? {});
    const examples = content?.examples
      ? Object.entries(content.examples).map(([name, example]) => [name, follow(example).value])
      : content?.example === undefined
        ? []
        : [[say.example, content.example]];
    return h(
      'details',
      {},
      h('summary', {}, h('strong', {}, status), ` ${response.description}`, type ? ` · ${type}` : ''),
      ...examples.flatMap(([name, value]) => [h('p', {}, name), h('pre', { tabindex: '0' }, pretty(value))]),
      content?.schema && folded(say.schema, pretty(inline(content.schema))),
    );
  });

const detailsOf = (path, method, operation) => [
  operation.description && h('p', {}, ...prose(operation.description)),
  ...accessOf(operation),
  ...tryOut(path, method, operation),
  h('h3', {}, say.answers),
  ...answersOf(operation),
];

/** An operation, whose inside is made when it is first opened. */
const operationOf = (path, method, operation) => {
  const element = h(
    'details',
    { class: 'operation', id: operation.operationId },
    h(
      'summary',
      {},
      h('span', { class: 'method', 'data-method': method }, method),
      h('code', { class: 'path' }, path),
      h('span', { class: 'summary' }, operation.summary),
    ),
  );
  element.addEventListener('toggle', () => {
    if (element.open && element.children.length === 1) {
      element.append(h('div', {}, ...detailsOf(path, method, operation)));
    }
  });
  return element;
};

const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([name, operation]) => {
    const method = name.toUpperCase();
    const id = operation.operationId;
    const link = h('li', {}, h('a', { href: `#${id}`, title: `${method} ${path}` }, operation.summary));
    const words = [method, path, id, operation.summary, operation.description ?? ''].join(' ').toLowerCase();
    return { tag: operation.tags[0], element: operationOf(path, method, operation), link, words };
  }),
);

// The first tag of an operation is its topic; whom it is for has no section of its own.
const topics = api.tags.filter(({ name }) => operations.some(({ tag }) => tag === name));
const sections = topics.map(({ name, 'x-displayName': title = name }) => {
  const inside = operations.filter(({ tag }) => tag === name);
  return {
    inside,
    section: h('section', {}, h('h2', {}, title), ...inside.map(({ element }) => element)),
    group: h('div', {}, h('h2', {}, title), h('ul', {}, ...inside.map(({ link }) => link))),
  };
});

const filter = (text) => {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { inside, section, group } of sections) {
    for (const { element, link, words } of inside) {
      const isHidden = !wanted.every((word) => words.includes(word));
      element.hidden = isHidden;
      link.hidden = isHidden;
    }
    section.hidden = inside.every(({ element }) => element.hidden);
    group.hidden = section.hidden;
  }
};

const openByHash = () => {
  const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!element?.matches('.operation')) return;
  element.open = true;
  element.scrollIntoView();
};

document.getElementById('version').textContent = api.info.version;
document.getElementById('contents').replaceChildren(...sections.map(({ group }) => group));
document.getElementById('operations').replaceChildren(...sections.map(({ section }) => section));
document.getElementById('filter').addEventListener('input', (event) => filter(event.target.value));
document.getElementById('tools').addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', openByHash);
openByHash();
