import { expect, test } from 'vitest';
import { said, someIncident } from '../../testing/incident.ts';
import { blockAddress } from './block-address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7', { address: '203.0.113.7' }],
  ['2001:db8::7', '2001:db8::7', { address: '2001:db8::7' }],
  ['192.168.0.9', '192.168.0.9', 'own-network'],
  ['10.1.2.3', '10.1.2.3', 'own-network'],
  ['100.64.0.1', '100.64.0.1', 'own-network'],
  ['fe80::1', 'fe80::1', 'own-network'],
  ['2002:0a00:1::1', '2002:0a00:1::1', 'own-network'],
])('a connection to %s', (address, about, expected) => {
  const fields = { DestinationIp: address, DestinationPort: '443', Initiated: 'true' };
  const incident = someIncident({ processes: [{ key: 'p' }], findings: [{ process: 'p', eventId: 3, fields }] });
  expect(said(blockAddress.candidates(incident, { minutes: 1 }))).toEqual([[about, expected]]);
});
