import type { EventTable } from './types.ts';

/** Task Scheduler. */
export const TASKSCHEDULER = [
  {
    channel: 'Microsoft-Windows-TaskScheduler/Operational',
    provider: 'Microsoft-Windows-TaskScheduler',
    source: "the provider's manifest, Windows 10",
    events: {
      100: {
        name: 'task_started',
        ko: '작업을 시작했습니다.',
        en: 'Task Scheduler started "%3" instance of the "%1" task for user "%2".',
        fields: { TaskName: 'text', UserContext: 'text', InstanceId: 'guid' },
      },
      101: {
        name: 'task_start_failed',
        ko: '작업을 시작하지 못했습니다.',
        en: 'Task Scheduler failed to start "%1" task for user "%2". Additional Data: Error Value: %3.',
        fields: { TaskName: 'text', UserContext: 'text', ResultCode: 'int' },
      },
      102: {
        name: 'task_completed',
        ko: '작업을 마쳤습니다.',
        en: 'Task Scheduler successfully finished "%3" instance of the "%1" task for user "%2".',
        fields: { TaskName: 'text', UserContext: 'text', InstanceId: 'guid' },
      },
      103: {
        name: 'action_start_failed',
        ko: '작업의 동작을 시작하지 못했습니다.',
        en: 'Task Scheduler failed to start instance "%2" of "%1" task for user "%3". Additional Data: Error Value: %4.',
        fields: { TaskName: 'text', InstanceId: 'guid', UserContext: 'text', ResultCode: 'int' },
      },
      104: {
        name: 'logon_failed',
        ko: '작업의 계정으로 로그온하지 못했습니다.',
        en: 'Task Scheduler failed to log on "%1". Failure occurred in "%2". User Action: Ensure the credentials for the task are correctly specified. Additional Data: Error Value: %3.',
        fields: { UserName: 'text', ErrorDescription: 'text', ResultCode: 'int' },
      },
      106: {
        name: 'task_registered',
        ko: '사용자가 작업을 등록했습니다.',
        en: 'User "%2" registered Task Scheduler task "%1"',
        fields: { TaskName: 'text', UserContext: 'text' },
      },
      107: {
        name: 'task_triggered_by_schedule',
        ko: '시간 트리거로 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%2" instance of task "%1" due to a time trigger condition.',
        fields: { TaskName: 'text', InstanceId: 'guid' },
      },
      108: {
        name: 'task_triggered_by_event',
        ko: '이벤트 트리거로 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%2" instance of task "%1" according to an event trigger.',
        fields: { TaskName: 'text', InstanceId: 'guid' },
      },
      109: {
        name: 'task_triggered_by_registration',
        ko: '등록 트리거로 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%2" instance of task "%1" according to a registration trigger.',
        fields: { TaskName: 'text', InstanceId: 'guid' },
      },
      110: {
        name: 'task_triggered_by_user',
        ko: '사용자가 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%2" instance of task "%1" for user "%3".',
        fields: { TaskName: 'text', InstanceId: 'guid', UserContext: 'text' },
      },
      111: {
        name: 'task_terminated',
        ko: '작업을 종료했습니다.',
        en: 'Task Scheduler terminated "%2" instance of the "%1" task.',
        fields: { TaskName: 'text', InstanceId: 'guid' },
      },
      118: {
        name: 'task_triggered_by_boot',
        ko: '시스템 시작으로 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%2" instance of task "%1" due to system startup.',
        fields: { TaskName: 'text', InstanceId: 'guid' },
      },
      119: {
        name: 'task_triggered_by_logon',
        ko: '사용자 로그온으로 작업을 시작했습니다.',
        en: 'Task Scheduler launched "%3" instance of task "%1" due to user "%2" logon.',
        fields: { TaskName: 'text', UserName: 'text', InstanceId: 'guid' },
      },
      129: {
        name: 'task_process_created',
        ko: '작업의 프로세스를 만들었습니다.',
        en: 'Task Scheduler launch task "%1" , instance "%2" with process ID %3.',
        fields: { TaskName: 'text', Path: 'path', ProcessID: 'int', Priority: 'int' },
      },
      135: {
        name: 'launch_condition_not_idle',
        ko: '컴퓨터가 유휴 상태가 아니어서 작업을 시작하지 않았습니다.',
        en: 'Task Scheduler could not launch task "%1" because computer is not idle.',
        fields: { TaskName: 'text' },
      },
      140: {
        name: 'task_updated',
        ko: '사용자가 작업을 업데이트했습니다.',
        en: 'User "%2" updated Task Scheduler task "%1"',
        fields: { TaskName: 'text', UserName: 'text' },
      },
      141: {
        name: 'task_deleted',
        ko: '사용자가 작업을 삭제했습니다.',
        en: 'User "%2" deleted Task Scheduler task "%1"',
        fields: { TaskName: 'text', UserName: 'text' },
      },
      142: {
        name: 'task_disabled',
        ko: '사용자가 작업을 사용하지 않도록 설정했습니다.',
        en: 'User "%2" disabled Task Scheduler task "%1"',
        fields: { TaskName: 'text', UserName: 'text' },
      },
      200: {
        name: 'action_started',
        ko: '작업의 동작을 시작했습니다.',
        en: 'Task Scheduler launched action "%2" in instance "%3" of task "%1".',
        fields: { TaskName: 'text', ActionName: 'text', TaskInstanceId: 'guid', EnginePID: 'int' },
      },
      201: {
        name: 'action_completed',
        ko: '작업의 동작을 마쳤습니다.',
        en: 'Task Scheduler successfully completed task "%1" , instance "%2" , action "%3" with return code %4.',
        fields: { TaskName: 'text', TaskInstanceId: 'guid', ActionName: 'text', ResultCode: 'int', EnginePID: 'int' },
      },
      202: {
        name: 'action_failed',
        ko: '작업의 동작을 마치지 못했습니다.',
        en: 'Task Scheduler failed to complete task "%1" , instance "%2" , action "%3" . Additional Data: Error Value: %4.',
        fields: { TaskName: 'text', TaskInstanceId: 'guid', ActionName: 'text', ResultCode: 'int', EnginePID: 'int' },
      },
      203: {
        name: 'action_failed_to_start',
        ko: '작업의 동작을 시작하지 못했습니다.',
        en: 'Task Scheduler failed to launch action "%3" in instance "%2" of task "%1". Additional Data: Error Value: %4.',
        fields: { TaskName: 'text', TaskInstanceId: 'guid', ActionName: 'text', ResultCode: 'int' },
      },
      322: {
        name: 'launch_ignored',
        ko: '이미 실행 중이어서 작업의 시작 요청을 무시했습니다.',
        en: 'Task Scheduler did not launch task "%1" because instance "%2" of the same task is already running.',
        fields: { TaskName: 'text', TaskInstanceId: 'guid' },
      },
      325: {
        name: 'launch_queued',
        ko: '작업의 시작 요청을 대기열에 넣었습니다.',
        en: 'Task Scheduler queued instance "%2" of task "%1".',
        fields: { TaskName: 'text', QueuedTaskInstanceId: 'guid' },
      },
      332: {
        name: 'launch_condition_no_user',
        ko: '사용자가 로그온하지 않아 작업을 시작하지 않았습니다.',
        en: 'Task Scheduler did not launch task "%1" because user "%2" was not logged on when the launching conditions were met.',
        fields: { TaskName: 'text', UserName: 'text' },
      },
    },
  },
] as const satisfies readonly EventTable[];
