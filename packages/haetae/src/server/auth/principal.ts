import { ROLES, type Role } from '../../store/index.ts';

/** Who asks. */
export type Principal =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      /** Hash of the session's secret. */
      readonly session: string;
      readonly csrf: string;
    }
  | { readonly kind: 'token'; readonly id: string; readonly name: string; readonly role: Role };

/** Each role may what the ones before it may. */
export const mayAct = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
