import type { ApiError } from './api.ts';

/** Something that a person asks the server to do: whether it is under way, and why it was not done. */
export class Deed {
  busy = $state(false);
  error = $state.raw<ApiError | undefined>(undefined);

  /** True when it was done. */
  async run(what: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.error = undefined;
    try {
      await what();
      return true;
    } catch (error) {
      this.error = error as ApiError;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
