import type { Incident } from '../../incident/index.ts';

/**
 * Security events that only a domain controller writes: Kerberos tickets, computer accounts of the domain, objects of the directory.
 * Source: learn.microsoft.com, "Audit Kerberos Authentication Service", "Audit Computer Account Management", "Audit Directory Service Changes".
 */
const OF_CONTROLLERS = new Set([4741, 4742, 4743, 4768, 4769, 4770, 4771, 5136, 5137, 5138, 5139, 5141]);
const CHANNELS = /^(?:Directory Service|Active Directory Web Services)$/i;

/** Whether what was found on a host shows that it is a domain controller. Others are told by name, on the never-list. */
export const isDomainController = ({ findings }: Incident, host: string): boolean =>
  findings.some(
    (one) =>
      one.host === host &&
      (CHANNELS.test(one.channel) || (/^security$/i.test(one.channel) && OF_CONTROLLERS.has(one.eventId))),
  );
