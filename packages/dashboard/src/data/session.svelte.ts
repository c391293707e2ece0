import type { Me } from './shapes.ts';

/** Who uses this page. `undefined`: not known yet; `null`: nobody. */
class Session {
  me = $state.raw<Me | null | undefined>(undefined);
  /** The session ended while somebody worked: said on the login page. */
  ended = $state(false);

  get csrf(): string | null {
    return this.me?.csrf ?? null;
  }
  begin(me: Me): void {
    this.me = me;
    this.ended = false;
  }
  lost(): void {
    this.ended = this.me != null;
    this.me = null;
  }
  may(role: 'analyst' | 'responder' | 'admin'): boolean {
    const order = ['viewer', 'analyst', 'responder', 'admin'];
    return this.me != null && order.indexOf(this.me.role) >= order.indexOf(role);
  }
}
export const session = new Session();
