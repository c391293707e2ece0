/** What `haetae scan --open` says. */
export const enOpen = {
  flag: 'then show the logs on pages in the browser, on this machine only; what they hold is thrown away at the end',
  at: (url: string) =>
    `Pages        ${url}\n             good once, on this machine only. Ctrl-C ends it and throws its data away.`,
  filled: (events: string) => `             ${events} events are on the pages.`,
  without: (flag: string) => `--open shows the logs whole: without ${flag}.`,
  noStdin: '--open reads the logs a second time, which standard input cannot be: give files or folders.',
};
