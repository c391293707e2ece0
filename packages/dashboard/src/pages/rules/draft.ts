/** A UUID also where the page came without TLS, which `crypto.randomUUID` does not like. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What a new rule begins with. */
export const newDraft = (today: string): string =>
  `title: Command Line That Names Something
id: ${uuid()}
status: experimental
description: What it finds, and why that is worth a look
author: ''
date: ${today}
tags:
    - attack.execution
    - attack.t1059
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\\powershell.exe'
        CommandLine|contains: 'something'
    condition: selection
falsepositives:
    - Unknown
level: medium
`;
