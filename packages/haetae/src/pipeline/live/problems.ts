/** Problems that are told; there may be as many as rules. */
export const MOST_PROBLEMS = 200;
