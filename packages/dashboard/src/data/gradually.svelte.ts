/** When the browser has nothing better to do; soon in any case. */
export const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 100);
  });

/** Those that are shown are on the screen by then. */
const MOMENT_MS = 150;

/**
 * How many of a long list are drawn: `first`, which fill a screen, with the page, the others a moment after they are shown.
 * To be called while a component is made.
 */
export function gradually(first: number, shown: () => boolean): { readonly most: number } {
  let most = $state(first);
  $effect(() => {
    if (!shown()) return;
    const rest = async (): Promise<void> => {
      await idle();
      most = Number.POSITIVE_INFINITY;
    };
    const timer = setTimeout(rest, MOMENT_MS);
    return () => clearTimeout(timer);
  });
  return {
    get most() {
      return most;
    },
  };
}
