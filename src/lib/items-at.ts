/** The items at these places of the list, in the order of the places; of a place beyond its end, none. */
export const itemsAt = <T>(items: readonly T[], places: readonly number[]): T[] =>
  places.flatMap((place) => items.slice(place, place + 1));
