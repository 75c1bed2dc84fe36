import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me } from './session.ts';

export interface Viewer {
  readonly me: Me | undefined;
  readonly isOperator: boolean;
  /** The zone in which days and times are shown: the community's. */
  readonly zone: string;
  /** 1 for Monday. */
  readonly weekStart: number;
  /** Whether the key has this scope: what it lacks is not shown. */
  readonly may: (scope: string) => boolean;
}

export const ViewerContext = createContext<Viewer>({
  me: undefined,
  isOperator: false,
  zone: 'UTC',
  weekStart: 1,
  may: () => false,
});
export const useViewer = (): Viewer => useContext(ViewerContext);
