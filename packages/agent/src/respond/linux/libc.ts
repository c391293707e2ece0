/** A library of C, whose functions are named by their declarations. */
export interface Library {
  func(definition: string): (...args: unknown[]) => number | bigint;
}
interface Koffi {
  load(name: string): Library;
}

const NAMES = ['libc.so.6', 'libc.so', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];

/** What `use` makes of the first libc that it does not throw at; undefined without one, or where koffi is not installed. */
export async function libc<T>(use: (library: Library) => T): Promise<T | undefined> {
  let koffi: Koffi;
  try {
    const name = 'koffi';
    const module = (await import(name)) as { default?: Koffi } & Koffi;
    koffi = module.default ?? module;
  } catch {
    return undefined;
  }
  for (const name of NAMES) {
    try {
      return use(koffi.load(name));
    } catch {
      // The next one.
    }
  }
  return undefined;
}
