/** argon2id with OWASP's least: 19 MiB, two passes. Loaded by the first login, since it is native code. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const argon2 = () => import('@node-rs/argon2');

/** Hashing is dear on purpose; more than a few at once would be a way to hold the server up. */
const MOST_AT_ONCE = 4;
let running = 0;
const line: (() => void)[] = [];

async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((go) => line.push(go));
  running++;
  try {
    return await work();
  } finally {
    running--;
    line.shift()?.();
  }
}

export const hashPassword = (password: string): Promise<string> =>
  inLine(async () => (await argon2()).hash(password.normalize('NFC'), OPTIONS));

/** False for a user without a password too, after as long a time as for one with. */
export const verifyPassword = (hash: string | null, password: string): Promise<boolean> =>
  inLine(async () => {
    const { verify } = await argon2();
    try {
      const held = await verify(hash ?? NOBODY, password.normalize('NFC'));
      return held && hash !== null;
    } catch {
      // A hash that no argon2 wrote: nobody can log in with it.
      return false;
    }
  });

/** Of a password nobody knows, to be compared with when there is no such user. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$aGFldGFlLW5vYm9keS1zYWx0$x1V9mrX1mE0Vv5Ubn1zvM3Wl7w0VX3kXlZfV0Nq8B3s';
