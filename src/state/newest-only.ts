/** Does one piece of work at a time; what has to wait gives way to what is asked for after it. */
export type NewestOnly = <T>(work: () => Promise<T>) => Promise<T | null>;

/** @returns a function that resolves to null where newer work took the place of its own. */
export function createNewestOnly(): NewestOnly {
  let newest = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    newest++;
    const mine = newest;
    const result = turn.then(() => (mine === newest ? work() : null));
    turn = result.catch(() => {});
    return result;
  };
}
