import type { ScreenProps } from './index.ts';
import { PeopleList } from './people/list.tsx';
import { Person } from './people/person.tsx';

export const People = ({ route }: ScreenProps) => {
  const id = route.path[1];
  return id === undefined ? <PeopleList route={route} /> : <Person key={id} id={id} route={route} />;
};
