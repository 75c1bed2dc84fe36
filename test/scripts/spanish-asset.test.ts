/** The Worker as it is deployed has no Spanish of its own: it learns it of the assets, or goes on in English. */
import { convertV4MiniflareOptions, Miniflare, Response } from 'miniflare';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundleWorker } from '../../scripts/local/bundle.ts';
import { SPANISH } from '../../src/api/kit/spanish.ts';

const NOTHING_HERE = { en: 'There is nothing at this path.', es: 'No hay nada en esta ruta.' };
const NO_CREDENTIAL = {
  en: 'A valid credential is needed: an API key or an access token.',
  es: 'Se necesita una credencial válida: una clave de API o un token de acceso.',
};

let script: string;
let worker: Miniflare;
let origin: string;
/** What the assets answer, and what they were asked for. */
let answer: () => Response;
let asked: string[];

beforeAll(async () => {
  script = (await bundleWorker()).script;
});

// An isolate that has learned it keeps it.
beforeEach(async () => {
  await worker?.dispose();
  asked = [];
  worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: '2026-10-23',
      d1Databases: { DB: 'spanish' },
      bindings: { ADMIN_TOKEN: 'test-admin-token-000000000000000000000000' },
      serviceBindings: {
        ASSETS: (request: { url: string }) => {
          asked.push(new URL(request.url).pathname);
          return answer();
        },
      },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    }),
  );
  origin = (await worker.unsafeGetDirectURL()).origin;
});

afterAll(() => worker.dispose());

const get = async (path: string, language?: string) => {
  const response = await fetch(origin + path, { headers: language ? { 'Accept-Language': language } : {} });
  const { message } = JSON.parse(await response.text());
  return { status: response.status, language: response.headers.get('Content-Language'), message };
};

const spanish = () => new Response(JSON.stringify(SPANISH));

it('learns it with the first call that asks for it, and once', async () => {
  answer = spanish;
  expect(await get('/v2/none')).toEqual({ status: 404, language: 'en', message: NOTHING_HERE.en });
  expect(asked).toEqual([]);
  expect(await get('/v2/none', 'es-MX, en;q=0.5')).toEqual({
    status: 404,
    language: 'es',
    message: NOTHING_HERE.es,
  });
  expect(await get('/v2/community/api-keys', 'es')).toEqual({
    status: 401,
    language: 'es',
    message: NO_CREDENTIAL.es,
  });
  expect(asked).toEqual(['/messages.es.json']);
  expect(await get('/v2/none', 'en')).toEqual({ status: 404, language: 'en', message: NOTHING_HERE.en });
});

it.each([
  ['are away', () => new Response('Not found', { status: 404 })],
  ['say something else', () => new Response('<!doctype html>')],
  ['fail', () => Promise.reject(new Error('gone')) as unknown as Response],
])('answers in English, and says so, while the assets %s', async (_, fault) => {
  answer = fault;
  for (const _again of [1, 2]) {
    expect(await get('/v2/community/api-keys', 'es')).toEqual({
      status: 401,
      language: 'en',
      message: NO_CREDENTIAL.en,
    });
  }
  answer = spanish;
  expect(await get('/v2/none', 'es')).toEqual({ status: 404, language: 'es', message: NOTHING_HERE.es });
});
