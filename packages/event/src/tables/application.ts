import type { EventTable } from './types.ts';

/** The Application channel. */
export const APPLICATION = [
  {
    channel: 'Application',
    provider: 'Application Error',
    source: 'learn.microsoft.com/windows/win32/wer; named since Windows 10 2004, unnamed data before',
    events: {
      1000: {
        name: 'application_crash',
        ko: '오류 있는 응용 프로그램입니다.',
        en: 'Faulting application name: %1, version: %2, time stamp: 0x%3',
        fields: {
          AppName: 'text',
          AppVersion: 'text',
          AppTimeStamp: 'text',
          ModuleName: 'text',
          ModuleVersion: 'text',
          ModuleTimeStamp: 'text',
          ExceptionCode: 'text',
          FaultingOffset: 'text',
          ProcessId: 'hex',
          ProcessCreationTime: 'hex',
          AppPath: 'path',
          ModulePath: 'path',
          IntegratorReportId: 'guid',
          PackageFullName: 'text',
          PackageRelativeAppId: 'text',
        },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Windows Error Reporting',
    source: 'classic event source, unnamed data; learn.microsoft.com/windows/win32/wer',
    events: {
      1001: {
        name: 'error_report',
        ko: '오류 보고서입니다.',
        en: 'Fault bucket %1, type %2',
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Application Hang',
    source: 'classic event source, unnamed data',
    events: {
      1002: {
        name: 'application_hang',
        ko: '프로그램이 응답하지 않아 닫혔습니다.',
        en: 'The program %1 version %2 stopped interacting with Windows and was closed.',
        fields: { Data: 'text', Binary: 'binary' },
      },
    },
  },
  {
    channel: 'Application',
    provider: '.NET Runtime',
    source: 'classic event source, unnamed data',
    events: {
      1026: {
        name: 'dotnet_unhandled_exception',
        ko: '처리되지 않은 예외로 .NET 응용 프로그램이 종료되었습니다.',
        en: 'Application: %1',
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'MsiInstaller',
    source: 'classic event source, unnamed data; learn.microsoft.com/windows/win32/msi/event-logging',
    events: {
      1033: {
        name: 'msi_installed',
        ko: 'Windows Installer에서 제품을 설치했습니다.',
        en: 'Windows Installer installed the product.',
        fields: { Data: 'text', Binary: 'binary' },
      },
      1034: {
        name: 'msi_removed',
        ko: 'Windows Installer에서 제품을 제거했습니다.',
        en: 'Windows Installer removed the product.',
        fields: { Data: 'text', Binary: 'binary' },
      },
      1040: {
        name: 'msi_transaction_began',
        ko: 'Windows Installer 트랜잭션을 시작합니다.',
        en: 'Beginning a Windows Installer transaction: %1. Client Process Id: %2.',
        fields: { Data: 'text' },
      },
      1042: {
        name: 'msi_transaction_ended',
        ko: 'Windows Installer 트랜잭션을 끝냅니다.',
        en: 'Ending a Windows Installer transaction: %1. Client Process Id: %2.',
        fields: { Data: 'text' },
      },
      11707: {
        name: 'msi_installation_succeeded',
        ko: '제품을 설치했습니다.',
        en: 'Product: %1 -- Installation completed successfully.',
        fields: { Data: 'text', Binary: 'binary' },
      },
      11724: {
        name: 'msi_removal_succeeded',
        ko: '제품을 제거했습니다.',
        en: 'Product: %1 -- Removal completed successfully.',
        fields: { Data: 'text', Binary: 'binary' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'ESENT',
    source: 'classic event source, unnamed data',
    events: {
      102: {
        name: 'ese_instance_started',
        ko: '데이터베이스 엔진이 새 인스턴스를 시작했습니다.',
        en: '%1 (%2) %3 The database engine started a new instance (%4).',
        fields: { Data: 'text' },
      },
      105: {
        name: 'ese_instance_running',
        ko: '데이터베이스 엔진이 새 인스턴스를 시작했습니다(시간 포함).',
        en: '%1 (%2) %3 The database engine started a new instance (%4). (Time=%5 seconds)',
        fields: { Data: 'text' },
      },
      216: {
        name: 'ese_location_changed',
        ko: '데이터베이스의 위치가 바뀌었습니다.',
        en: '%1 (%2) %3 A database location change was detected from %4 to %5.',
        fields: { Data: 'text' },
      },
      325: {
        name: 'ese_database_created',
        ko: '데이터베이스 엔진이 새 데이터베이스를 만들었습니다.',
        en: '%1 (%2) %3 The database engine created a new database (%4, %5).',
        fields: { Data: 'text' },
      },
      326: {
        name: 'ese_database_attached',
        ko: '데이터베이스 엔진이 데이터베이스를 연결했습니다.',
        en: '%1 (%2) %3 The database engine attached a database (%4, %5).',
        fields: { Data: 'text' },
      },
      327: {
        name: 'ese_database_detached',
        ko: '데이터베이스 엔진이 데이터베이스를 분리했습니다.',
        en: '%1 (%2) %3 The database engine detached a database (%4, %5).',
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Microsoft-Windows-Audit-CVE',
    source: "the provider's manifest, Windows 10",
    events: {
      1: {
        name: 'cve_exploit_attempt',
        ko: '알려진 취약점의 공격 시도를 감지했습니다.',
        en: 'Possible detection of CVE: %1',
        fields: { CVEID: 'text', AdditionalDetails: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Microsoft-Windows-SoftwareRestrictionPolicies',
    source: "the provider's manifest, Windows 10",
    events: {
      865: {
        name: 'srp_blocked_default',
        ko: '소프트웨어 제한 정책의 기본 수준이 파일에 대한 액세스를 제한했습니다.',
        en: 'Access to %1 has been restricted by your Administrator by the default software restriction policy level.',
        fields: { AttemptedPath: 'path' },
      },
      866: {
        name: 'srp_blocked_path',
        ko: '경로 규칙이 파일에 대한 액세스를 제한했습니다.',
        en: 'Access to %1 has been restricted by your Administrator by location with policy rule %2 placed on path %3.',
        fields: { AttemptedPath: 'path', SrpRuleGuid: 'guid', RulePath: 'path' },
      },
      867: {
        name: 'srp_blocked_publisher',
        ko: '게시자 정책이 파일에 대한 액세스를 제한했습니다.',
        en: 'Access to %1 has been restricted by your Administrator by software publisher policy.',
        fields: { AttemptedPath: 'path' },
      },
      868: {
        name: 'srp_blocked_rule',
        ko: '정책 규칙이 파일에 대한 액세스를 제한했습니다.',
        en: 'Access to %1 has been restricted by your Administrator by policy rule %2.',
        fields: { AttemptedPath: 'path', SrpRuleGuid: 'guid' },
      },
      882: {
        name: 'srp_blocked_hash',
        ko: '정책 규칙이 파일에 대한 액세스를 제한했습니다.',
        en: 'Access to %1 has been restricted by your Administrator by policy rule %2.',
        fields: { AttemptedPath: 'path', SrpRuleGuid: 'guid' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Microsoft-Windows-RestartManager',
    source: "the provider's manifest, Windows 10",
    events: {
      10000: {
        name: 'restart_manager_started',
        ko: '다시 시작 관리자 세션을 시작했습니다.',
        en: 'Starting session %1 - %2.',
        fields: { RmSessionId: 'int', UTCStartTime: 'time' },
      },
      10001: {
        name: 'restart_manager_ended',
        ko: '다시 시작 관리자 세션을 끝냈습니다.',
        en: 'Ending session %1 started %2.',
        fields: { RmSessionId: 'int', UTCStartTime: 'time' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Microsoft-Windows-User Profiles Service',
    source: "the provider's manifest, Windows 10",
    events: {
      1511: {
        name: 'temporary_profile',
        ko: '로컬 프로필을 찾을 수 없어 임시 프로필로 로그온했습니다.',
        en: 'Windows cannot find the local profile and is logging you on with a temporary profile.',
        fields: {},
      },
    },
  },
  {
    channel: 'Application',
    provider: 'MSSQLSERVER',
    source: 'classic event source, unnamed data; named MSSQL$<instance> for named instances',
    events: {
      15457: {
        name: 'sql_option_changed',
        ko: 'SQL Server 구성 옵션을 변경했습니다.',
        en: "Configuration option '%1' changed from %2 to %3.",
        fields: { Data: 'text', Binary: 'binary' },
      },
      8128: {
        name: 'sql_extended_procedure',
        ko: '확장 저장 프로시저를 실행하는 DLL을 사용합니다.',
        en: "Using '%1' version '%2' to execute extended stored procedure '%3'.",
        fields: { Data: 'text', Binary: 'binary' },
      },
      17135: {
        name: 'sql_startup_procedure',
        ko: '시작 저장 프로시저를 실행했습니다.',
        en: "Launched startup procedure '%1'.",
        fields: { Data: 'text', Binary: 'binary' },
      },
      18456: {
        name: 'sql_login_failed',
        ko: 'SQL Server 로그인에 실패했습니다.',
        en: "Login failed for user '%1'.",
        fields: { Data: 'text', Binary: 'binary' },
      },
      33205: {
        name: 'sql_audit',
        ko: 'SQL Server 감사 이벤트입니다.',
        en: 'Audit event: %1.',
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Microsoft-Windows-Backup',
    source: 'learn.microsoft.com: wbadmin',
    events: {
      524: {
        name: 'backup_catalog_deleted',
        ko: '시스템 카탈로그를 삭제했습니다.',
        en: 'The System Catalog has been deleted.',
        fields: {},
      },
    },
  },
  {
    channel: 'Application',
    provider: 'ScreenConnect',
    source: 'classic event source, unnamed data',
    events: {
      200: {
        name: 'remote_command',
        ko: '원격 명령을 실행했습니다.',
        en: 'Executed command of length: %1',
        fields: { Data: 'text' },
      },
      201: {
        name: 'remote_file_transfer',
        ko: '파일을 전송했습니다.',
        en: "Transferred files with action '%1': %2",
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'MSMQ',
    source: 'classic event source, unnamed data',
    events: {
      2027: {
        name: 'corrupted_packet',
        ko: '손상된 패킷을 받았습니다.',
        en: 'Message Queuing received a corrupted packet.',
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'MSExchange Control Panel',
    source: 'classic event source, unnamed data',
    events: {
      4: {
        name: 'control_panel_error',
        ko: 'Exchange 제어판 요청에서 오류가 발생했습니다.',
        en: "Current user: '%1' Request for URL '%2' failed with the following error: %3",
        fields: { Data: 'text' },
      },
    },
  },
  {
    channel: 'Application',
    provider: 'Windows Server Update Services',
    source: 'classic event source, unnamed data',
    events: {
      7053: {
        name: 'console_error',
        ko: 'WSUS 콘솔에서 예기치 않은 오류가 발생했습니다.',
        en: 'The WSUS administration console has encountered an unexpected error.',
        fields: { Data: 'text', Binary: 'binary' },
      },
    },
  },
] as const satisfies readonly EventTable[];
