/** Who has signed in, and what their key may do. */
import { api, call, type Data } from './api.ts';
import { forgetAll } from './query.ts';

export type Me = Data<'getConsoleSession'>;

/** Signs in with a key. The cookie that it is exchanged for is not for scripts. @throws ApiError */
export const signIn = async (apiKey: string): Promise<Me> => {
  const me = await call(() => api.POST('/v2/community/console-session', { body: { apiKey } }), {
    renews: false,
  });
  forgetAll();
  return me;
};

export const readMe = (): Promise<Me> =>
  call(() => api.GET('/v2/community/console-session'), { renews: false });

/** A note to ourselves, so that nobody but operators asks for their session at every start. */
const OPERATOR_NOTE = 'rollcall.operator';
export const wasOperator = (): boolean => readNote(OPERATOR_NOTE) !== null;

export const signInAsOperator = async (adminToken: string): Promise<void> => {
  await call(() => api.POST('/admin/console-session', { body: { adminToken } }), { renews: false });
  writeNote(OPERATOR_NOTE, '1');
  forgetAll();
};

export const readOperator = async (): Promise<boolean> => {
  await call(() => api.GET('/admin/console-session'), { renews: false });
  return true;
};

export const signOut = async (isOperator: boolean): Promise<void> => {
  await call(() => api.DELETE('/v2/community/console-session'), { renews: false });
  if (isOperator) await call(() => api.DELETE('/admin/console-session'), { renews: false });
  writeNote(OPERATOR_NOTE, null);
  forgetAll();
};

/** Settings of this browser: storage may be shut, and nothing depends on it. */
export const readNote = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

export const writeNote = (name: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing starts from its defaults.
  }
};
