# Haetae: carries out a plan on this Windows host, or takes it back. The same bytes on every host and in every bundle: what varies is data,
# in plan.json or on standard input. Windows PowerShell 5.1. Sign this file with your own code-signing certificate; its SHA-256 is published
# with each release. After Microsoft's documentation; not run on Windows by the project's tests.
#   haetae-respond.ps1                      shows what would be done, and does nothing
#   haetae-respond.ps1 -Apply [-Only 1,3]   does the actions, each only after its guard
#   haetae-respond.ps1 -Undo  [-Only 1,3]   takes them back, the last first
#   haetae-respond.ps1 -Verb NAME -State DIR   one verb, its data as JSON on standard input: how the agent calls it
# Exit status: 0 done, 1 refused or failed (the reason as JSON on standard output), 2 wrong usage
[CmdletBinding()]
param(
  [switch]$Apply,
  [switch]$Undo,
  [int[]]$Only = @(),
  [string]$Verb = '',
  [string]$State = ''
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Here = Split-Path -Parent $MyInvocation.MyCommand.Path
if ($State -eq '') { $State = Join-Path $Here 'state' }

function Refuse([string]$Reason, [string]$Detail) {
  $refusal = New-Object System.InvalidOperationException $Detail
  $refusal.Data['reason'] = $Reason
  throw $refusal
}

Add-Type -Namespace Haetae -Name Native -MemberDefinition @'
[DllImport("ntdll.dll")] public static extern int NtSuspendProcess(IntPtr process);
[DllImport("ntdll.dll")] public static extern int NtResumeProcess(IntPtr process);
[DllImport("kernel32.dll", SetLastError = true)] public static extern bool IsProcessCritical(IntPtr process, out bool critical);
[DllImport("kernel32.dll", SetLastError = true)] public static extern bool GetProcessInformation(IntPtr process, int kind, out uint level, uint size);
[DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
public static extern bool QueryFullProcessImageName(IntPtr process, uint flags, System.Text.StringBuilder name, ref uint size);
[DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
public static extern Microsoft.Win32.SafeHandles.SafeFileHandle CreateFile(string name, uint access, uint share, IntPtr security, uint how, uint flags, IntPtr template);
[DllImport("kernel32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
public static extern uint GetFinalPathNameByHandle(Microsoft.Win32.SafeHandles.SafeFileHandle file, System.Text.StringBuilder path, uint size, uint flags);
[StructLayout(LayoutKind.Sequential)] public struct FileInformation {
  public uint Attributes; public uint CreationLow, CreationHigh, AccessLow, AccessHigh, WriteLow, WriteHigh;
  public uint Volume, SizeHigh, SizeLow, Links, IndexHigh, IndexLow; }
[DllImport("kernel32.dll", SetLastError = true)]
public static extern bool GetFileInformationByHandle(Microsoft.Win32.SafeHandles.SafeFileHandle file, out FileInformation information);
'@

# One argument as CommandLineToArgvW reads it back.
function ConvertTo-Argument([string]$Text) {
  if ($Text -ne '' -and $Text -notmatch '[\s"]') { return $Text }
  $escaped = [regex]::Replace($Text, '(\\*)"', '$1$1\"')
  $escaped = [regex]::Replace($escaped, '(\\+)$', '$1$1')
  return '"' + $escaped + '"'
}
function Invoke-Argv([string[]]$Argv) {
  $info = New-Object System.Diagnostics.ProcessStartInfo
  $info.FileName = $Argv[0]
  $rest = @($Argv | Select-Object -Skip 1 | ForEach-Object { if ($_.StartsWith('{state}')) { $State + $_.Substring(7) } else { $_ } })
  $info.Arguments = (@($rest | ForEach-Object { ConvertTo-Argument $_ }) -join ' ')
  $info.UseShellExecute = $false
  $info.CreateNoWindow = $true
  $info.RedirectStandardOutput = $true
  $info.RedirectStandardError = $true
  $process = [System.Diagnostics.Process]::Start($info)
  $said = $process.StandardError.ReadToEndAsync()
  [void]$process.StandardOutput.ReadToEnd()
  $process.WaitForExit()
  return New-Object psobject -Property @{ Status = $process.ExitCode; Said = $said.Result.Trim() }
}
function Start-Argv([string[]]$Argv) {
  $done = Invoke-Argv $Argv
  if ($done.Status -ne 0) { Refuse 'failed' ('{0}: {1} {2}' -f $Argv[0], $done.Status, $done.Said) }
}

# The process, opened once: start and image are compared on this very handle, and it is what is acted on.
function Open-Checked($Ref) {
  try { $process = [System.Diagnostics.Process]::GetProcessById([int]$Ref.pid) } catch { Refuse 'process-gone' "$($Ref.pid)" }
  $handle = $process.Handle
  $startMs = ($process.StartTime.ToUniversalTime() - [datetime]'1970-01-01').TotalMilliseconds
  if ([math]::Abs($startMs - [double]$Ref.startMs) -gt [double]$Ref.withinMs) { Refuse 'process-differs' 'started at another time' }
  $name = New-Object System.Text.StringBuilder 32768
  $size = [uint32]$name.Capacity
  if (-not [Haetae.Native]::QueryFullProcessImageName($handle, 0, $name, [ref]$size)) { Refuse 'no-rights' 'its image' }
  if ($name.ToString() -ne $Ref.image) { Refuse 'process-differs' $name.ToString() }
  Assert-Unprotected $process
  return $process
}
function Assert-Unprotected($Process) {
  $critical = $false
  if (-not [Haetae.Native]::IsProcessCritical($Process.Handle, [ref]$critical)) { Refuse 'no-rights' 'whether it is critical' }
  if ($critical) { Refuse 'protected' 'Windows stops without it' }
  # ProcessProtectionLevelInfo; 0xFFFFFFFE is PROTECTION_LEVEL_NONE.
  $level = [uint32]0
  if ([Haetae.Native]::GetProcessInformation($Process.Handle, 7, [ref]$level, 4) -and $level -ne [uint32]4294967294) { Refuse 'protected' "protection level $level" }
  $services = @(Get-CimInstance Win32_Service -Filter "ProcessId = $($Process.Id)")
  if ($services.Count -gt 1) { Refuse 'protected' ('it holds several services: ' + (($services | ForEach-Object { $_.Name }) -join ', ')) }
  if (@($services | Where-Object { $_.Name -eq 'HaetaeAgent' }).Count -gt 0) { Refuse 'own-agent' '' }
  $up = $PID
  while ($up -gt 0) {
    if ($up -eq $Process.Id) { Refuse 'own-agent' 'it runs this' }
    $parent = Get-CimInstance Win32_Process -Filter "ProcessId = $up"
    if ($null -eq $parent) { break }
    $up = $parent.ParentProcessId
  }
}
# What descends from it now; a child that is older than its parent has taken a used process id.
function Get-Tree($Process) {
  $all = @(Get-CimInstance Win32_Process)
  $found = @()
  $waiting = @($all | Where-Object { $_.ProcessId -eq $Process.Id })
  while ($waiting.Count -gt 0) {
    $next = @()
    foreach ($one in $waiting) { $next += @($all | Where-Object { $_.ParentProcessId -eq $one.ProcessId -and $_.ProcessId -ne $one.ProcessId -and $_.CreationDate -ge $one.CreationDate }) }
    $found += $next
    $waiting = $next
  }
  return $found
}
function Stop-Handle($Process) {
  # Its handle is open: this terminates that process and no other.
  $Process.Kill()
  if (-not $Process.WaitForExit(10000)) { Refuse 'failed' "$($Process.Id) does not end" }
}

# The file, opened once without following anything, its final path, id and names checked on the handle.
function Open-Plain([string]$Path, [string]$Sha256) {
  # GENERIC_READ|DELETE, no sharing, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT
  $handle = [Haetae.Native]::CreateFile($Path, [uint32]2147549184, 0, [IntPtr]::Zero, 3, [uint32]2097152, [IntPtr]::Zero)
  if ($handle.IsInvalid) { Refuse 'file-gone' $Path }
  $final = New-Object System.Text.StringBuilder 32768
  [void][Haetae.Native]::GetFinalPathNameByHandle($handle, $final, 32768, 0)
  $plain = $final.ToString() -replace '^\\\\\?\\', ''
  $information = New-Object Haetae.Native+FileInformation
  if (-not [Haetae.Native]::GetFileInformationByHandle($handle, [ref]$information)) { $handle.Close(); Refuse 'no-rights' $Path }
  $why = ''
  if ($plain -ne $Path) { $why = 'not-plain-file' }
  elseif (($information.Attributes -band 0x410) -ne 0) { $why = 'not-plain-file' }
  elseif ($information.Links -ne 1) { $why = 'hard-link' }
  $stream = New-Object System.IO.FileStream $handle, ([System.IO.FileAccess]::Read)
  if ($why -eq '' -and $Sha256 -ne '') {
    $hash = [BitConverter]::ToString([System.Security.Cryptography.SHA256]::Create().ComputeHash($stream)).Replace('-', '').ToLowerInvariant()
    if ($hash -ne $Sha256) { $why = 'file-differs' }
    $stream.Position = 0
  }
  if ($why -ne '') { $stream.Close(); Refuse $why $Path }
  return $stream
}

function Get-LocalAdmins { @(Get-LocalGroupMember -SID 'S-1-5-32-544' | Where-Object { $_.ObjectClass -eq 'User' -and $_.PrincipalSource -eq 'Local' } | ForEach-Object { Get-LocalUser -SID $_.SID } | Where-Object { $_.Enabled }) }
function Get-Local([string]$Account) {
  try { return Get-LocalUser -Name $Account } catch { Refuse 'not-local' $Account }
}
# Accounts of a domain, by the module ActiveDirectory of the Remote Server Administration Tools.
function Get-DomainUser($Of) {
  try { Import-Module ActiveDirectory } catch { Refuse 'unsupported' 'the module ActiveDirectory is missing (RSAT)' }
  try { return Get-ADUser -Identity $Of.account -Server $Of.domain -Properties adminCount } catch { Refuse 'missing' ('{0}\{1}' -f $Of.domain, $Of.account) }
}
# Not the built-in administrator, guest or krbtgt (RID 500 to 502), nor whom a protected group holds or held (adminCount, set by AdminSDHolder).
function Assert-DomainUser($User) {
  if ($User.SID.Value -match '-50[0-2]$' -or $User['adminCount'].Value -eq 1) { Refuse 'protected' $User.SamAccountName }
}
function Assert-OwnFirewall {
  foreach ($one in 'DomainProfile', 'StandardProfile', 'PublicProfile') {
    if (Test-Path "HKLM:\SOFTWARE\Policies\Microsoft\WindowsFirewall\$one") { Refuse 'managed' 'group policy sets the firewall' }
  }
  $others = @(Get-CimInstance -Namespace root\SecurityCenter2 -ClassName FirewallProduct -ErrorAction SilentlyContinue)
  if ($others.Count -gt 0) { Refuse 'managed' ($others[0].displayName) }
}
$ReleaseTask = '\Haetae\IsolationRelease'

$Verbs = @{
  'kill-process' = { param($d) Stop-Handle (Open-Checked $d.process) }
  'kill-tree' = { param($d)
    $root = Open-Checked $d.process
    [void][Haetae.Native]::NtSuspendProcess($root.Handle)
    $tree = @(Get-Tree $root)
    $opened = @()
    foreach ($one in $tree) {
      try { $child = [System.Diagnostics.Process]::GetProcessById([int]$one.ProcessId) } catch { continue }
      if ([math]::Abs(($child.StartTime - $one.CreationDate).TotalMilliseconds) -gt 50) { continue }
      try { Assert-Unprotected $child } catch { [void][Haetae.Native]::NtResumeProcess($root.Handle); throw }
      [void][Haetae.Native]::NtSuspendProcess($child.Handle)
      $opened += $child
    }
    Stop-Handle $root
    foreach ($child in $opened) { Stop-Handle $child }
  }
  'suspend-process' = { param($d) $p = Open-Checked $d.process; if ([Haetae.Native]::NtSuspendProcess($p.Handle) -ne 0) { Refuse 'failed' 'NtSuspendProcess' } }
  'resume-process' = { param($d) $p = Open-Checked $d.process; if ([Haetae.Native]::NtResumeProcess($p.Handle) -ne 0) { Refuse 'failed' 'NtResumeProcess' } }
  'process-is-gone' = { param($d)
    try { $p = [System.Diagnostics.Process]::GetProcessById([int]$d.process.pid) } catch { return }
    $startMs = ($p.StartTime.ToUniversalTime() - [datetime]'1970-01-01').TotalMilliseconds
    if ([math]::Abs($startMs - [double]$d.process.startMs) -le [double]$d.process.withinMs) { Refuse 'failed' 'it lives' }
  }
  'process-is-stopped' = { param($d)
    $p = Open-Checked $d.process
    foreach ($thread in $p.Threads) { if (-not ($thread.ThreadState -eq 'Wait' -and $thread.WaitReason -eq 'Suspended')) { Refuse 'failed' 'a thread goes on' } }
  }
  'isolation-release-task' = { param($d)
    $action = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\netsh.exe" -Argument ('advfirewall import "' + (Join-Path $State 'firewall.wfw') + '"')
    $once = New-ScheduledTaskTrigger -Once -At ((Get-Date).AddMinutes([int]$d.minutes))
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
    $system = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -RunLevel Highest
    [void](Register-ScheduledTask -TaskPath '\Haetae\' -TaskName 'IsolationRelease' -Action $action -Trigger $once -Settings $settings -Principal $system -Force)
  }
  'isolation-release-task-remove' = { param($d) Unregister-ScheduledTask -TaskPath '\Haetae\' -TaskName 'IsolationRelease' -Confirm:$false -ErrorAction SilentlyContinue }
  'isolate-host' = { param($d)
    Assert-OwnFirewall
    if (-not (Test-Path (Join-Path $State 'firewall.wfw'))) { Refuse 'failed' 'the firewall was not saved' }
    [void](Get-NetFirewallRule -PolicyStore PersistentStore -Enabled True | Disable-NetFirewallRule)
    $server = $d.server
    [void](New-NetFirewallRule -DisplayName 'Haetae isolation: server' -Direction Outbound -Action Allow -Protocol TCP -RemoteAddress $server.address -RemotePort ([int]$server.port) -Profile Any)
    Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block -DefaultOutboundAction Block -AllowInboundRules False
    $effective = @(Get-NetFirewallProfile -All -PolicyStore ActiveStore | Where-Object { $_.DefaultOutboundAction -ne 'Block' })
    if ($effective.Count -gt 0) { Refuse 'managed' 'another policy is stronger' }
    # Flows that are there are authorised anew by the Windows Filtering Platform when its filters change: they end too.
  }
  'disable-account' = { param($d)
    $user = Get-Local $d.account
    $admins = @(Get-LocalAdmins)
    if (@($admins | Where-Object { $_.SID -eq $user.SID }).Count -gt 0 -and $admins.Count -lt 2) { Refuse 'last-admin' $d.account }
    Disable-LocalUser -SID $user.SID
  }
  'enable-account' = { param($d) Enable-LocalUser -SID (Get-Local $d.account).SID }
  'account-is-disabled' = { param($d) if ((Get-Local $d.account).Enabled) { Refuse 'failed' $d.account } }
  'disable-domain-account' = { param($d)
    $user = Get-DomainUser $d
    Assert-DomainUser $user
    # One that was disabled before is not enabled by our undo.
    if (-not $user.Enabled) { Refuse 'failed' 'it is disabled already' }
    Disable-ADAccount -Identity $user.ObjectGUID -Server $d.domain -Confirm:$false
  }
  'enable-domain-account' = { param($d) Enable-ADAccount -Identity (Get-DomainUser $d).ObjectGUID -Server $d.domain -Confirm:$false }
  'domain-account-is-disabled' = { param($d) if ((Get-DomainUser $d).Enabled) { Refuse 'failed' $d.account } }
  'log-off-session' = { param($d)
    $id = [Convert]::ToInt64($d.logonId.Substring(2), 16)
    $session = Get-CimInstance Win32_LogonSession -Filter "LogonId = '$id'"
    if ($null -eq $session) { Refuse 'missing' $d.logonId }
    $processes = @(Get-CimAssociatedInstance -InputObject $session -ResultClassName Win32_Process)
    $windows = @($processes | ForEach-Object { $_.SessionId } | Where-Object { $_ -gt 0 } | Sort-Object -Unique)
    if ($windows.Count -ne 1) { Refuse 'missing' 'the logon has no session of its own on a desktop' }
    Start-Argv @("$env:SystemRoot\System32\logoff.exe", "$($windows[0])")
  }
  'session-is-gone' = { param($d)
    $id = [Convert]::ToInt64($d.logonId.Substring(2), 16)
    $session = Get-CimInstance Win32_LogonSession -Filter "LogonId = '$id'"
    if ($null -ne $session -and @(Get-CimAssociatedInstance -InputObject $session -ResultClassName Win32_Process).Count -gt 0) { Refuse 'failed' $d.logonId }
  }
  'quarantine-file' = { param($d)
    $stream = Open-Plain $d.path $d.sha256
    try {
      $item = Get-Item -LiteralPath $d.path -Force
      # Mixed up byte for byte, so that neither a user nor a scanner takes it for the file itself.
      $out = [System.IO.File]::Create((Join-Path $State 'file.quarantined'))
      $buffer = New-Object byte[] 1048576
      while (($n = $stream.Read($buffer, 0, $buffer.Length)) -gt 0) { for ($i = 0; $i -lt $n; $i++) { $buffer[$i] = $buffer[$i] -bxor 0xA5 }; $out.Write($buffer, 0, $n) }
      $out.Flush($true); $out.Close()
      $streams = @(Get-Item -LiteralPath $d.path -Stream * -Force | Where-Object { $_.Stream -ne ':$DATA' } | ForEach-Object { @{ name = $_.Stream; base64 = [Convert]::ToBase64String([byte[]](Get-Content -LiteralPath $d.path -Stream $_.Stream -Encoding Byte -ReadCount 0)) } })
      $meta = @{ path = $d.path; sddl = (Get-Acl -LiteralPath $d.path).Sddl; created = $item.CreationTimeUtc.Ticks; written = $item.LastWriteTimeUtc.Ticks; attributes = [int]$item.Attributes; streams = $streams }
      [System.IO.File]::WriteAllText((Join-Path $State 'file.json'), (ConvertTo-Json $meta -Depth 4))
    } finally { $stream.Close() }
    # Opened without sharing until here; what bears the name now must be what was read.
    $again = Open-Plain $d.path $d.sha256
    $again.Close()
    [System.IO.File]::SetAttributes($d.path, 'Normal')
    [System.IO.File]::Delete($d.path)
  }
  'restore-file' = { param($d)
    if (Test-Path -LiteralPath $d.path) { Refuse 'not-undoable' "$($d.path) is there again" }
    $meta = Get-Content -LiteralPath (Join-Path $State 'file.json') -Raw | ConvertFrom-Json
    $bytes = [System.IO.File]::ReadAllBytes((Join-Path $State 'file.quarantined'))
    for ($i = 0; $i -lt $bytes.Length; $i++) { $bytes[$i] = $bytes[$i] -bxor 0xA5 }
    [System.IO.File]::WriteAllBytes($d.path, $bytes)
    foreach ($one in @($meta.streams)) { Set-Content -LiteralPath $d.path -Stream $one.name -Encoding Byte -Value ([Convert]::FromBase64String($one.base64)) }
    $acl = New-Object System.Security.AccessControl.FileSecurity
    $acl.SetSecurityDescriptorSddlForm($meta.sddl)
    Set-Acl -LiteralPath $d.path -AclObject $acl
    [System.IO.File]::SetCreationTimeUtc($d.path, (New-Object datetime $meta.created))
    [System.IO.File]::SetLastWriteTimeUtc($d.path, (New-Object datetime $meta.written))
    [System.IO.File]::SetAttributes($d.path, [System.IO.FileAttributes]$meta.attributes)
  }
  'run-signed' = { param($d)
    # Its signature was checked by who calls this; from a bundle, by whoever carried it here.
    $path = Join-Path $State $d.name
    [System.IO.File]::WriteAllText($path, $d.text, (New-Object System.Text.UTF8Encoding $true))
    Start-Argv @("$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe", '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $path)
  }
  'export-task' = { param($d)
    $cut = $d.name.LastIndexOf('\') + 1
    $xml = Export-ScheduledTask -TaskPath $d.name.Substring(0, $cut) -TaskName $d.name.Substring($cut)
    [System.IO.File]::WriteAllText((Join-Path $State 'task.xml'), $xml, [System.Text.Encoding]::Unicode)
  }
  'stop-service' = { param($d)
    $service = Get-CimInstance Win32_Service -Filter ("Name = '" + $d.name.Replace("'", "\'") + "'")
    if ($null -eq $service) { Refuse 'missing' $d.name }
    if ($d.name -eq 'HaetaeAgent') { Refuse 'own-agent' '' }
    if ($service.ProcessId -gt 0) { Assert-Unprotected ([System.Diagnostics.Process]::GetProcessById([int]$service.ProcessId)) }
    if ($service.State -ne 'Stopped') { Stop-Service -Name $d.name -Force }
  }
  'export-run-value' = { param($d)
    $key = Get-Item -LiteralPath ('Registry::' + ($d.key -replace '^HKLM\\', 'HKEY_LOCAL_MACHINE\' -replace '^HKU\\', 'HKEY_USERS\'))
    $value = $key.GetValue($d.value, $null, 'DoNotExpandEnvironmentNames')
    if ($null -eq $value) { Refuse 'missing' $d.value }
    [System.IO.File]::WriteAllText((Join-Path $State 'run-value.json'), (ConvertTo-Json @{ kind = [string]$key.GetValueKind($d.value); value = $value }))
  }
  'restore-run-value' = { param($d)
    $saved = Get-Content -LiteralPath (Join-Path $State 'run-value.json') -Raw | ConvertFrom-Json
    $key = 'Registry::' + ($d.key -replace '^HKLM\\', 'HKEY_LOCAL_MACHINE\' -replace '^HKU\\', 'HKEY_USERS\')
    [void](New-ItemProperty -LiteralPath $key -Name $d.value -PropertyType $saved.kind -Value $saved.value -Force)
  }
}

function Test-Guard($Check) {
  switch ($Check.kind) {
    'same-process' { [void](Open-Checked $Check.process) }
    'plain-file' { (Open-Plain $Check.path $Check.sha256).Close() }
    'local-account' { [void](Get-Local $Check.account) }
    'domain-account' { Assert-DomainUser (Get-DomainUser $Check) }
    'own-firewall' { Assert-OwnFirewall }
    'not-own-network' {
      foreach ($own in @(Get-NetIPConfiguration)) {
        $near = @($own.IPv4DefaultGateway, $own.IPv6DefaultGateway | Where-Object { $null -ne $_ } | ForEach-Object { $_.NextHop }) + @($own.DNSServer | ForEach-Object { $_.ServerAddresses })
        if ($near -contains $Check.address) { Refuse 'own-network' $Check.address }
      }
    }
    # Looked at on the handle by 'same-process', and by the verbs themselves.
    default { }
  }
}
function Invoke-Verb([string]$Name, $Data) {
  if (-not $Verbs.ContainsKey($Name)) { Refuse 'unsupported' $Name }
  & $Verbs[$Name] $Data
}
function Edit-Hosts([string]$Domain, [bool]$Add) {
  $path = "$env:SystemRoot\System32\drivers\etc\hosts"
  $line = "0.0.0.0 $Domain # haetae"
  $lines = @([System.IO.File]::ReadAllLines($path) | Where-Object { $_ -ne $line })
  if ($Add) { $lines += $line }
  [System.IO.File]::WriteAllLines($path, [string[]]$lines)
}
function Invoke-Collect($Step) {
  $out = Join-Path $State 'triage'
  [void](New-Item -ItemType Directory -Force $out)
  foreach ($channel in 'Security', 'System', 'Application', 'Microsoft-Windows-Sysmon/Operational', 'Microsoft-Windows-PowerShell/Operational', 'Microsoft-Windows-TaskScheduler/Operational', 'Microsoft-Windows-Windows Defender/Operational') {
    [void](Invoke-Argv @("$env:SystemRoot\System32\wevtutil.exe", 'epl', $channel, (Join-Path $out (($channel -replace '[^A-Za-z0-9]', '_') + '.evtx'))))
  }
  Get-CimInstance Win32_Process | Select-Object ProcessId, ParentProcessId, CreationDate, ExecutablePath, CommandLine | Export-Csv -NoTypeInformation -Encoding UTF8 (Join-Path $out 'processes.csv')
  Get-CimInstance Win32_Service | Select-Object Name, State, StartMode, PathName, StartName | Export-Csv -NoTypeInformation -Encoding UTF8 (Join-Path $out 'services.csv')
  Get-CimInstance Win32_StartupCommand | Select-Object Name, Command, Location, User | Export-Csv -NoTypeInformation -Encoding UTF8 (Join-Path $out 'startup.csv')
  Get-ScheduledTask | Select-Object TaskPath, TaskName, State | Export-Csv -NoTypeInformation -Encoding UTF8 (Join-Path $out 'tasks.csv')
  Get-NetTCPConnection | Select-Object LocalAddress, LocalPort, RemoteAddress, RemotePort, State, OwningProcess | Export-Csv -NoTypeInformation -Encoding UTF8 (Join-Path $out 'connections.csv')
  $n = 0
  foreach ($path in @($Step.files)) {
    $n++
    $stream = Open-Plain $path ''
    try { $copy = [System.IO.File]::Create((Join-Path $out "file-$n.bin")); $stream.CopyTo($copy); $copy.Close() } finally { $stream.Close() }
  }
  Add-Type -AssemblyName System.IO.Compression.FileSystem
  [System.IO.Compression.ZipFile]::CreateFromDirectory($out, (Join-Path $State 'triage.zip'))
}
function Invoke-Step($Step) {
  switch ($Step.kind) {
    'run' { Start-Argv @($Step.argv) }
    'script' { Invoke-Verb $Step.verb $Step.data }
    'hosts-line' { Edit-Hosts $Step.domain ([bool]$Step.add) }
    'collect' { Invoke-Collect $Step }
    default { Refuse 'unsupported' $Step.kind }
  }
}
function Test-Effect($Check) {
  switch ($Check.kind) {
    'run' { $failed = (Invoke-Argv @($Check.argv)).Status -ne 0; if ($failed -ne [bool]$Check.fails) { Refuse 'failed' ($Check.argv -join ' ') } }
    'script' { Invoke-Verb $Check.verb $Check.data }
    'process-gone' { Invoke-Verb 'process-is-gone' $Check }
    'process-stopped' { Invoke-Verb 'process-is-stopped' $Check }
    'file-gone' { if (Test-Path -LiteralPath $Check.path) { Refuse 'failed' $Check.path } }
    default { }
  }
}

function Write-Reason($Failure) {
  $reason = 'failed'
  if ($null -ne $Failure.Exception -and $Failure.Exception.Data.Contains('reason')) { $reason = $Failure.Exception.Data['reason'] }
  return @{ reason = $reason; detail = $Failure.Exception.Message }
}

if ($Verb -ne '') {
  try {
    [void](New-Item -ItemType Directory -Force $State)
    $data = [Console]::In.ReadToEnd() | ConvertFrom-Json
    if ($Verb -eq 'guard') { Test-Guard $data } elseif ($Verb -eq 'step') { Invoke-Step $data } elseif ($Verb -eq 'effect') { Test-Effect $data } else { Invoke-Verb $Verb $data }
    exit 0
  } catch {
    Write-Output (ConvertTo-Json (Write-Reason $_) -Compress)
    exit 1
  }
}

$plan = [System.IO.File]::ReadAllText((Join-Path $Here 'plan.json')) | ConvertFrom-Json
$root = $State
$failed = 0
$actions = @($plan.actions | Where-Object { $Only.Count -eq 0 -or $Only -contains $_.number })
if ($Undo) { [array]::Reverse($actions) }
foreach ($action in $actions) {
  Write-Output ('{0}. {1}: {2}' -f $action.number, $action.action, $action.about)
  $State = Join-Path $root "$($action.number)"
  $mark = Join-Path $State 'done'
  if (-not $Apply -and -not $Undo) {
    foreach ($one in @($action.guard)) { Write-Output ('   guard   ' + (ConvertTo-Json $one -Compress -Depth 6)) }
    foreach ($one in @($action.steps)) { Write-Output ('   does    ' + (ConvertTo-Json $one -Compress -Depth 6)) }
    foreach ($one in @($action.verify)) { Write-Output ('   checks  ' + (ConvertTo-Json $one -Compress -Depth 6)) }
    foreach ($one in @($action.undo)) { Write-Output ('   undo    ' + (ConvertTo-Json $one -Compress -Depth 6)) }
    continue
  }
  try {
    if ($Apply) {
      if (Test-Path $mark) { Write-Output '   was done before'; continue }
      [void](New-Item -ItemType Directory -Force $State)
      foreach ($one in @($action.guard)) { Test-Guard $one }
      foreach ($one in @($action.steps)) { Invoke-Step $one }
      [System.IO.File]::WriteAllText($mark, '')
      foreach ($one in @($action.verify)) { Test-Effect $one }
      Write-Output '   done and verified'
    } else {
      if (-not (Test-Path $mark)) { Write-Output '   was not done'; continue }
      if (@($action.undo).Count -eq 0) { Write-Output '   there is no way back'; continue }
      foreach ($one in @($action.undo)) { Invoke-Step $one }
      Remove-Item -LiteralPath $mark
      Write-Output '   taken back'
    }
  } catch {
    $why = Write-Reason $_
    Write-Output ('   {0}: {1}' -f $why.reason, $why.detail)
    $failed = 1
  }
}
exit $failed
