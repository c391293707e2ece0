import type { Ended, RunArgv } from '../../program.ts';

/** A Windows that answers as it was told to, and writes down what it was asked: program, verb or arguments, data. */
export function recordedWindows(answers: Readonly<Record<string, Partial<Ended>>> = {}): {
  readonly run: RunArgv;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    run: async (argv, { stdin }) => {
      const verb = argv[argv.indexOf('-Verb') + 1];
      const name = argv[0]!.split('\\').at(-1)!;
      const line = name === 'powershell.exe' ? `${verb} ${stdin}` : [name, ...argv.slice(1)].join(' ');
      asked.push(line);
      const answer = Object.entries(answers).find(([beginning]) => line.startsWith(beginning))?.[1];
      return { status: 0, out: '', err: '', ...answer };
    },
  };
}
