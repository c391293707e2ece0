import type { EventTable } from './types.ts';

/** Remote access: Remote Desktop, WinRM, OpenSSH. */
export const REMOTE = [
  {
    channel: 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
    provider: 'Microsoft-Windows-TerminalServices-LocalSessionManager',
    source: "the provider's manifest, Windows 10",
    events: {
      21: {
        name: 'session_logon',
        ko: '원격 데스크톱 서비스: 세션 로그온 성공',
        en: 'Remote Desktop Services: Session logon succeeded:',
        fields: { User: 'text', SessionID: 'int', Address: 'ip' },
      },
      22: {
        name: 'shell_started',
        ko: '원격 데스크톱 서비스: 셸 시작 알림 받음',
        en: 'Remote Desktop Services: Shell start notification received:',
        fields: { User: 'text', SessionID: 'int', Address: 'ip' },
      },
      23: {
        name: 'session_logoff',
        ko: '원격 데스크톱 서비스: 세션 로그오프 성공',
        en: 'Remote Desktop Services: Session logoff succeeded:',
        fields: { User: 'text', SessionID: 'int' },
      },
      24: {
        name: 'session_disconnected',
        ko: '원격 데스크톱 서비스: 세션 연결이 끊어졌습니다',
        en: 'Remote Desktop Services: Session has been disconnected:',
        fields: { User: 'text', SessionID: 'int', Address: 'ip' },
      },
      25: {
        name: 'session_reconnected',
        ko: '원격 데스크톱 서비스: 세션 다시 연결 성공',
        en: 'Remote Desktop Services: Session reconnection succeeded:',
        fields: { User: 'text', SessionID: 'int', Address: 'ip' },
      },
      39: {
        name: 'session_disconnected_by',
        ko: '세션이 다른 세션에 의해 연결이 끊어졌습니다.',
        en: 'Session %1 has been disconnected by session %2',
        fields: { TargetSession: 'int', Source: 'int' },
      },
      40: {
        name: 'session_disconnect_reason',
        ko: '세션의 연결이 끊어진 이유입니다.',
        en: 'Session %1 has been disconnected, reason code %2',
        fields: { Session: 'int', Reason: 'int' },
      },
      41: {
        name: 'session_arbitration_began',
        ko: '세션 중재를 시작합니다.',
        en: 'Begin session arbitration:',
        fields: { User: 'text', SessionID: 'int' },
      },
      42: {
        name: 'session_arbitration_ended',
        ko: '세션 중재를 마쳤습니다.',
        en: 'End session arbitration:',
        fields: { User: 'text', SessionID: 'int' },
      },
    },
  },
  {
    channel: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
    provider: 'Microsoft-Windows-TerminalServices-RemoteConnectionManager',
    source: "the provider's manifest, Windows 10",
    events: {
      261: {
        name: 'listener_received',
        ko: '수신기에서 연결을 받았습니다.',
        en: 'Listener %1 received a connection',
        fields: { listenerName: 'text' },
      },
      1149: {
        name: 'user_authenticated',
        ko: '원격 데스크톱 서비스: 사용자 인증 성공',
        en: 'Remote Desktop Services: User authentication succeeded:',
        fields: { Param1: 'text', Param2: 'text', Param3: 'text' },
      },
      1158: {
        name: 'connection_from',
        ko: '원격 데스크톱 서비스에서 연결을 수락했습니다.',
        en: 'Remote Desktop Services accepted a connection from IP address %1.',
        fields: { Param1: 'text' },
      },
    },
  },
  {
    channel: 'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational',
    provider: 'Microsoft-Windows-RemoteDesktopServices-RdpCoreTS',
    source: "the provider's manifest, Windows 10",
    events: {
      65: {
        name: 'connection_created',
        ko: '연결을 만들었습니다.',
        en: 'Connection %1 created',
        fields: { ConnectionName: 'text' },
      },
      66: {
        name: 'connection_assigned',
        ko: '연결을 세션에 할당했습니다.',
        en: 'The connection %1 was assigned to session %2',
        fields: { ConnectionName: 'text', SessionID: 'int' },
      },
      131: {
        name: 'connection_accepted',
        ko: '클라이언트에서 새 연결을 수락했습니다.',
        en: 'The server accepted a new %1 connection from client %2.',
        fields: { ConnType: 'text', ClientIP: 'ip' },
      },
      140: {
        name: 'logon_failed',
        ko: '사용자 이름 또는 암호가 올바르지 않아 연결하지 못했습니다.',
        en: 'A connection from the client computer with an IP address of %1 failed because the user name or password is not correct.',
        fields: { IPString: 'ip' },
      },
    },
  },
  {
    channel: 'Microsoft-Windows-TerminalServices-RDPClient/Operational',
    provider: 'Microsoft-Windows-TerminalServices-ClientActiveXCore',
    source: "the provider's manifest, Windows 10",
    events: {
      1024: {
        name: 'client_connecting',
        ko: 'RDP 클라이언트가 서버에 연결하려고 합니다.',
        en: 'RDP ClientActiveX is trying to connect to the server (%2)',
        fields: { Name: 'text', Value: 'text', CustomLevel: 'text' },
      },
      1025: {
        name: 'client_connected',
        ko: 'RDP 클라이언트가 서버에 연결했습니다.',
        en: 'RDP ClientActiveX has connected to the server',
        fields: {},
      },
      1026: {
        name: 'client_disconnected',
        ko: 'RDP 클라이언트의 연결이 끊어졌습니다.',
        en: 'RDP ClientActiveX has been disconnected (Reason= %2)',
        fields: { Name: 'text', Value: 'int', CustomLevel: 'text' },
      },
      1029: {
        name: 'client_user_hash',
        ko: '사용자 이름의 해시입니다.',
        en: 'Base64(SHA256(UserName)) is = %1',
        fields: { TraceMessage: 'text' },
      },
      1102: {
        name: 'client_multi_transport',
        ko: 'RDP 클라이언트가 다중 전송 연결을 시작했습니다.',
        en: 'The client has initiated a multi-transport connection to the server %2.',
        fields: { Name: 'text', Value: 'text', CustomLevel: 'text' },
      },
    },
  },
  {
    channel: 'Microsoft-Windows-TerminalServices-Gateway/Operational',
    provider: 'Microsoft-Windows-TerminalServices-Gateway',
    source: 'fields as the gateway writes them, Windows Server 2016',
    events: {
      200: {
        name: 'gateway_cap_met',
        ko: '사용자가 연결 권한 부여 정책 요구 사항을 충족했습니다.',
        en: 'The user "%1", on client computer "%2", met connection authorization policy requirements and was therefore authorized to access the RD Gateway server.',
        fields: {
          Username: 'text',
          IpAddress: 'ip',
          AuthType: 'text',
          Resource: 'text',
          ConnectionProtocol: 'text',
          ErrorCode: 'int',
        },
      },
      300: {
        name: 'gateway_rap_met',
        ko: '사용자가 리소스 권한 부여 정책 요구 사항을 충족했습니다.',
        en: 'The user "%1", on client computer "%2", met resource authorization policy requirements and was therefore authorized to connect to resource "%4".',
        fields: {
          Username: 'text',
          IpAddress: 'ip',
          AuthType: 'text',
          Resource: 'text',
          ConnectionProtocol: 'text',
          ErrorCode: 'int',
        },
      },
      302: {
        name: 'gateway_connected',
        ko: '사용자가 리소스에 연결했습니다.',
        en: 'The user "%1", on client computer "%2", connected to resource "%4".',
        fields: {
          Username: 'text',
          IpAddress: 'ip',
          AuthType: 'text',
          Resource: 'text',
          ConnectionProtocol: 'text',
          ErrorCode: 'int',
        },
      },
      303: {
        name: 'gateway_disconnected',
        ko: '사용자가 리소스에서 연결을 끊었습니다.',
        en: 'The user "%1", on client computer "%2", disconnected from the following network resource: "%4".',
        fields: {
          Username: 'text',
          IpAddress: 'ip',
          AuthType: 'text',
          Resource: 'text',
          BytesReceived: 'int',
          BytesTransfered: 'int',
          SessionDuration: 'int',
          ConnectionProtocol: 'text',
          ErrorCode: 'int',
        },
      },
    },
  },
  {
    channel: 'Microsoft-Windows-WinRM/Operational',
    provider: 'Microsoft-Windows-WinRM',
    source: "the provider's manifest, Windows 10",
    events: {
      6: {
        name: 'session_created',
        ko: 'WSMan 세션을 만듭니다.',
        en: 'Creating WSMan Session. The connection string is: %1',
        fields: { connection: 'text' },
      },
      91: {
        name: 'shell_created',
        ko: '서버에 WSMan 셸을 만듭니다.',
        en: 'Creating WSMan shell on server with ResourceUri: %1',
        fields: { resourceUri: 'text', ErrorCode: 'text', DataItemName: 'text', EventPayload: 'text' },
      },
      142: {
        name: 'operation_failed',
        ko: 'WSMan 작업에 실패했습니다.',
        en: 'WSMan operation %1 failed, error code %2',
        fields: { operationName: 'text', errorCode: 'int' },
      },
      161: {
        name: 'authentication_failed',
        ko: '사용자 인증에 실패했습니다.',
        en: 'The client cannot connect to the destination specified in the request.',
        fields: { authFailureMessage: 'text' },
      },
      168: {
        name: 'authenticating',
        ko: '요청한 사용자를 인증합니다.',
        en: 'Sending the request for operation',
        fields: {},
      },
      169: {
        name: 'user_authenticated',
        ko: '사용자를 인증했습니다.',
        en: 'User %1 authenticated successfully using %2 authentication',
        fields: { username: 'text', authenticationMechanism: 'text' },
      },
    },
  },
  {
    channel: 'OpenSSH/Operational',
    provider: 'OpenSSH',
    source: "the provider's manifest, Windows 10",
    events: {
      4: {
        name: 'openssh_message',
        ko: 'OpenSSH 메시지입니다.',
        en: '%1: %2',
        fields: { process: 'text', payload: 'text' },
      },
    },
  },
] as const satisfies readonly EventTable[];
