import { type Budget, meteredBinding } from '../db/budget.ts';
import { openDatabase } from '../db/client.ts';
import type { Services } from './context.ts';

/** The services, but all that they ask of the database or of others is taken from the budget. */
export const withBudget = <S extends Services>(services: S, budget: Budget): S => ({
  ...services,
  budget,
  db: openDatabase(meteredBinding(services.db.$client, budget), services.db.place),
  fetch: (...args) => {
    budget.spend('requests');
    return services.fetch(...args);
  },
});
