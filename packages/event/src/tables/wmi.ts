import type { EventTable } from './types.ts';

/** WMI activity; the data lies in UserData. */
export const WMI = [
  {
    channel: 'Microsoft-Windows-WMI-Activity/Operational',
    provider: 'Microsoft-Windows-WMI-Activity',
    source: "the provider's manifest, Windows 10",
    events: {
      5857: {
        name: 'provider_started',
        ko: 'WMI 공급자가 시작되었습니다.',
        en: '%1 provider started with result code %2. HostProcess = %3; ProcessID = %4; ProviderPath = %5',
        fields: { ProviderName: 'text', Code: 'hex', HostProcess: 'path', ProcessID: 'int', ProviderPath: 'path' },
      },
      5858: {
        name: 'operation_failed',
        ko: 'WMI 작업에 실패했습니다.',
        en: 'Id = %1; ClientMachine = %2; User = %3; ClientProcessId = %4; Component = %5; Operation = %6; ResultCode = %7; PossibleCause = %8',
        fields: {
          Id: 'text',
          ClientMachine: 'text',
          User: 'text',
          ClientProcessId: 'int',
          Component: 'text',
          Operation: 'text',
          ResultCode: 'hex',
          PossibleCause: 'text',
        },
      },
      5859: {
        name: 'permanent_query',
        ko: 'WMI 영구 이벤트 쿼리입니다.',
        en: 'Namespace = %1; NotificationQuery = %2; OwnerName = %3; HostProcessID = %4; Provider= %5, queryID = %6; PossibleCause = %7',
        fields: {
          NamespaceName: 'text',
          Query: 'text',
          User: 'text',
          processid: 'int',
          providerName: 'text',
          queryid: 'int',
          PossibleCause: 'text',
        },
      },
      5860: {
        name: 'temporary_subscription',
        ko: 'WMI 임시 이벤트 구독입니다.',
        en: 'Namespace = %1; NotificationQuery = %2; UserName = %3; ClientProcessID = %4, ClientMachine = %5; PossibleCause = %6',
        fields: {
          NamespaceName: 'text',
          Query: 'text',
          User: 'text',
          processid: 'int',
          MachineName: 'text',
          PossibleCause: 'text',
        },
      },
      5861: {
        name: 'permanent_subscription',
        ko: 'WMI 영구 이벤트 소비자를 바인딩했습니다.',
        en: 'Namespace = %1; Eventfilter = %2 (refer to its activate eventid:5859); Consumer = %3; PossibleCause = %4',
        fields: { Namespace: 'text', ESS: 'text', CONSUMER: 'text', PossibleCause: 'text' },
      },
    },
  },
] as const satisfies readonly EventTable[];
