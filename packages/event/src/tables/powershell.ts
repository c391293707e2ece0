import type { EventTable } from './types.ts';

/** Windows PowerShell, classic and operational, and PowerShell 7. */
export const POWERSHELL = [
  {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    source: "the provider's manifest, Windows 10; learn.microsoft.com/powershell about_Logging_Windows",
    events: {
      4100: {
        name: 'engine_error',
        ko: 'PowerShell 실행 오류입니다.',
        en: 'Error Message',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4101: {
        name: 'engine_warning',
        ko: 'PowerShell 경고입니다.',
        en: 'Warning Message',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4102: {
        name: 'engine_information',
        ko: 'PowerShell 정보입니다.',
        en: 'Information Message',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4103: {
        name: 'module_logging',
        ko: '모듈 로깅: 파이프라인 실행 내용입니다.',
        en: 'CommandInvocation(%1)',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4104: {
        name: 'script_block',
        ko: '스크립트 블록 텍스트입니다.',
        en: 'Creating Scriptblock text (%1 of %2):',
        fields: {
          MessageNumber: 'int',
          MessageTotal: 'int',
          ScriptBlockText: 'text',
          ScriptBlockId: 'guid',
          Path: 'path',
        },
      },
      4105: {
        name: 'script_block_started',
        ko: '스크립트 블록의 호출을 시작했습니다.',
        en: 'Started invocation of ScriptBlock ID: %1',
        fields: { ScriptBlockId: 'guid', RunspaceId: 'guid' },
      },
      4106: {
        name: 'script_block_completed',
        ko: '스크립트 블록의 호출을 마쳤습니다.',
        en: 'Completed invocation of ScriptBlock ID: %1',
        fields: { ScriptBlockId: 'guid', RunspaceId: 'guid' },
      },
      8193: {
        name: 'runspace_created',
        ko: 'Runspace 개체를 만듭니다.',
        en: 'Creating Runspace object',
        fields: { param1: 'text' },
      },
      8194: {
        name: 'runspace_pool_created',
        ko: 'RunspacePool 개체를 만듭니다.',
        en: 'Creating RunspacePool object',
        fields: { InstanceId: 'text', MaxRunspaces: 'text', MinRunspaces: 'text' },
      },
      8195: { name: 'runspace_pool_opened', ko: 'RunspacePool을 엽니다.', en: 'Opening RunspacePool', fields: {} },
      8196: {
        name: 'activity_modified',
        ko: '작업 ID를 바꾸어 연결합니다.',
        en: 'Modifying activity Id and correlating',
        fields: {},
      },
      8197: {
        name: 'runspace_state_changed',
        ko: 'Runspace의 상태가 바뀌었습니다.',
        en: 'Runspace state changed to %1',
        fields: { param1: 'text' },
      },
      12039: {
        name: 'activity_correlated',
        ko: '작업 ID를 바꾸어 연결합니다.',
        en: 'Modifying activity Id and correlating',
        fields: {},
      },
      24577: {
        name: 'ise_script_started',
        ko: 'Windows PowerShell ISE에서 스크립트 파일의 실행을 시작했습니다.',
        en: 'Windows PowerShell ISE has started to run script file %1.',
        fields: { FileName: 'path' },
      },
      32784: {
        name: 'runspace_failed',
        ko: '원격 세션에서 오류가 발생했습니다.',
        en: 'The WSMan session failed.',
        fields: { SessionId: 'text', PipelineId: 'text', ErrorCode: 'text', ErrorMessage: 'text', StackTrace: 'text' },
      },
      40961: {
        name: 'console_starting',
        ko: 'PowerShell 콘솔을 시작하고 있습니다.',
        en: 'PowerShell console is starting up',
        fields: {},
      },
      40962: {
        name: 'console_ready',
        ko: 'PowerShell 콘솔에서 사용자 입력을 받을 수 있습니다.',
        en: 'PowerShell console is ready for user input',
        fields: {},
      },
      53504: {
        name: 'named_pipe_started',
        ko: 'Windows PowerShell에서 IPC 수신 스레드를 시작했습니다.',
        en: 'Windows PowerShell has started an IPC listening thread on process: %1 in AppDomain: %2.',
        fields: { param1: 'text', param2: 'text' },
      },
      53505: {
        name: 'named_pipe_ended',
        ko: 'Windows PowerShell에서 IPC 수신 스레드를 끝냈습니다.',
        en: 'Windows PowerShell has ended an IPC listening thread on process: %1 in AppDomain: %2.',
        fields: { param1: 'text', param2: 'text' },
      },
    },
  },
  {
    channel: 'PowerShellCore/Operational',
    provider: 'PowerShellCore',
    source: 'github.com/PowerShell/PowerShell, PowerShell.Core.Instrumentation.man',
    events: {
      4100: {
        name: 'engine_error',
        ko: 'PowerShell 실행 오류입니다.',
        en: 'Error Message',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4103: {
        name: 'module_logging',
        ko: '모듈 로깅: 파이프라인 실행 내용입니다.',
        en: 'CommandInvocation(%1)',
        fields: { ContextInfo: 'text', UserData: 'text', Payload: 'text' },
      },
      4104: {
        name: 'script_block',
        ko: '스크립트 블록 텍스트입니다.',
        en: 'Creating Scriptblock text (%1 of %2):',
        fields: {
          MessageNumber: 'int',
          MessageTotal: 'int',
          ScriptBlockText: 'text',
          ScriptBlockId: 'guid',
          Path: 'path',
        },
      },
      4105: {
        name: 'script_block_started',
        ko: '스크립트 블록의 호출을 시작했습니다.',
        en: 'Started invocation of ScriptBlock ID: %1',
        fields: { ScriptBlockId: 'guid', RunspaceId: 'guid' },
      },
      4106: {
        name: 'script_block_completed',
        ko: '스크립트 블록의 호출을 마쳤습니다.',
        en: 'Completed invocation of ScriptBlock ID: %1',
        fields: { ScriptBlockId: 'guid', RunspaceId: 'guid' },
      },
      40961: {
        name: 'console_starting',
        ko: 'PowerShell 콘솔을 시작하고 있습니다.',
        en: 'PowerShell console is starting up',
        fields: {},
      },
      40962: {
        name: 'console_ready',
        ko: 'PowerShell 콘솔에서 사용자 입력을 받을 수 있습니다.',
        en: 'PowerShell console is ready for user input',
        fields: {},
      },
      53504: {
        name: 'named_pipe_started',
        ko: 'PowerShell에서 IPC 수신 스레드를 시작했습니다.',
        en: 'PowerShell has started an IPC listening thread on process: %1 in AppDomain: %2.',
        fields: { param1: 'text', param2: 'text' },
      },
    },
  },
  {
    channel: 'Windows PowerShell',
    provider: 'PowerShell',
    source:
      'classic event source: three unnamed data, the third holds name=value lines; learn.microsoft.com/powershell about_Eventlogs',
    events: {
      400: {
        name: 'engine_started',
        ko: '엔진 상태가 None에서 Available(으)로 변경되었습니다.',
        en: 'Engine state is changed from %2 to %1.',
        fields: { Data: 'text' },
      },
      403: {
        name: 'engine_stopped',
        ko: '엔진 상태가 Available에서 Stopped(으)로 변경되었습니다.',
        en: 'Engine state is changed from %2 to %1.',
        fields: { Data: 'text' },
      },
      500: {
        name: 'command_started',
        ko: '명령이 시작되었습니다.',
        en: 'Command "%1" is %2.',
        fields: { Data: 'text' },
      },
      501: {
        name: 'command_stopped',
        ko: '명령이 중지되었습니다.',
        en: 'Command "%1" is %2.',
        fields: { Data: 'text' },
      },
      600: {
        name: 'provider_started',
        ko: '공급자가 시작되었습니다.',
        en: 'Provider "%1" is %2.',
        fields: { Data: 'text' },
      },
      800: {
        name: 'pipeline_executed',
        ko: '명령줄의 파이프라인 실행 정보입니다.',
        en: 'Pipeline execution details for command line: %1.',
        fields: { Data: 'text' },
      },
    },
  },
] as const satisfies readonly EventTable[];
