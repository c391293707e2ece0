import type { IndicatorKind } from '../../incident/index.ts';

/** An indicator as it can be sent around: nothing in it can be clicked or resolved by mistake. */
export function defanged(kind: IndicatorKind, value: string): string {
  switch (kind) {
    case 'address':
    case 'domain':
      return value.replace(/\./g, '[.]').replace(/^(\w*)tt(ps?):\/\//i, '$1xx$2://');
    case 'file':
      // A path over the network names a host; an address in it is one too.
      return value
        .replace(/\bhttp(s?):\/\//gi, 'hxxp$1://')
        .replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})/g, '$1[.]$2[.]$3[.]$4');
    case 'hash':
    case 'account':
    case 'service':
    case 'task':
    case 'registry':
      return value.replace(/\bhttp(s?):\/\//gi, 'hxxp$1://');
    default:
      return kind satisfies never;
  }
}
