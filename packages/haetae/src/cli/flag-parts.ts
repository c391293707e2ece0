/** The usual forms of a flag, as stricli takes them: what each command's table of flags is made from. */
export const text = (input: string): string => input;

export const optional = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: text, brief, placeholder, optional: true }) as const;

export const several = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: text, brief, placeholder, variadic: true, optional: true }) as const;

/** Of a command that takes no arguments besides flags. */
export const none = { kind: 'tuple', parameters: [] } as const;
