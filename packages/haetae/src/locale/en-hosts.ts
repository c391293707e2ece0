/** What the command line says of hosts: their agent, their Sysmon. */
export const enHosts = {
  agent: {
    brief: 'run on a host: collect its events and forward them to a server',
    full: 'The agent of a host; `haetae agent --help` tells its commands and flags.',
  },
};
