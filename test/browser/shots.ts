/** The pictures of the guides, at most 150 KB each: made on request, of the demo. */
import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fill, VIEWS } from './screens.ts';
import { goTo, look, type World } from './world.ts';

const FOLDER = resolve(import.meta.dirname, '../../docs/images');
const MAX_BYTES = 150_000;
const WANTED = { en: ['now', 'hours', 'person', 'log'], es: ['now', 'hours', 'person'] };

/** @throws Error where a picture is too large */
export const takeShots = async (world: World): Promise<void> => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [short, language] of [
    ['en', 'en-GB'],
    ['es', 'es-ES'],
  ] as const) {
    const looking = await look(world, { width: 1280, height: 800, language });
    for (const view of VIEWS.filter(({ name }) => WANTED[short].includes(name))) {
      await goTo(looking, await fill(world, view.hash));
      await looking.page.waitForTimeout(300);
      const path = join(FOLDER, short === 'en' ? `${view.name}.png` : `${view.name}.${short}.png`);
      await looking.page.screenshot({ path });
      const { size } = statSync(path);
      if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MAX_BYTES} are allowed.`);
      console.log(`${path}: ${size} bytes`);
    }
    await looking.close();
  }
};
