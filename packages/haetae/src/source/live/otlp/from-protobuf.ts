import { DEPTH_LIMIT } from '../../formats/json/values.ts';
import { BYTES, FIXED64, Fields, ProtobufError, VARINT } from './protobuf.ts';
import { emptyObject, type OtlpRecord, type OtlpResource } from './tree.ts';

/**
 * ExportLogsServiceRequest of opentelemetry/proto/collector/logs/v1/logs_service.proto, field by field:
 * `ExportLogsServiceRequest { ResourceLogs resource_logs = 1 }`,
 * `ResourceLogs { Resource resource = 1, ScopeLogs scope_logs = 2 }`, `Resource { KeyValue attributes = 1 }`,
 * `ScopeLogs { LogRecord log_records = 2 }`.
 * A {@link ProtobufError} tells the offset of what cannot be read.
 */
export function* resourcesOfProtobuf(bytes: Buffer): Generator<OtlpResource> {
  const request = new Fields(bytes);
  while (request.next()) if (request.number === 1) yield resourceLogs(part(request));
}

/** How many log records the request holds, without decoding them. */
export function countRecords(bytes: Buffer): number {
  let count = 0;
  const request = new Fields(bytes);
  while (request.next()) {
    if (request.number !== 1) continue;
    const resource = part(request);
    while (resource.next()) {
      if (resource.number !== 2) continue;
      const scope = part(resource);
      while (scope.next()) if (scope.number === 2) count++;
    }
  }
  return count;
}

function part(field: Fields): Fields {
  if (field.wire !== BYTES) throw new ProtobufError(field.from, `field ${field.number} is no message`);
  return field.message();
}

function resourceLogs(fields: Fields): OtlpResource {
  const attributes = emptyObject();
  const records: OtlpRecord[] = [];
  while (fields.next()) {
    if (fields.number === 1) {
      const resource = part(fields);
      while (resource.next()) if (resource.number === 1) keyValue(part(resource), attributes, 0);
    } else if (fields.number === 2) {
      const scope = part(fields);
      while (scope.next()) if (scope.number === 2) records.push(logRecord(part(scope)));
    }
  }
  return { attributes, records };
}

/** `LogRecord { fixed64 time_unix_nano = 1, string severity_text = 3, AnyValue body = 5, KeyValue attributes = 6, fixed64 observed_time_unix_nano = 11 }` */
function logRecord(fields: Fields): OtlpRecord {
  const attributes = emptyObject();
  let time = '';
  let observed = '';
  let severity = '';
  let body: unknown;
  while (fields.next()) {
    if (fields.number === 1 && fields.wire === FIXED64) time = fields.fixed64();
    else if (fields.number === 11 && fields.wire === FIXED64) observed = fields.fixed64();
    else if (fields.number === 3 && fields.wire === BYTES) severity = fields.text();
    else if (fields.number === 5) body = anyValue(part(fields), 0);
    else if (fields.number === 6) keyValue(part(fields), attributes, 0);
  }
  return { time, observed, severity, body, attributes };
}

/** `KeyValue { string key = 1, AnyValue value = 2 }` */
function keyValue(fields: Fields, into: Record<string, unknown>, depth: number): void {
  let key = '';
  let value: unknown;
  while (fields.next()) {
    if (fields.number === 1 && fields.wire === BYTES) key = fields.text();
    else if (fields.number === 2) value = anyValue(part(fields), depth + 1);
  }
  into[key] = value;
}

/**
 * `AnyValue { string string_value = 1, bool bool_value = 2, int64 int_value = 3, double double_value = 4,
 * ArrayValue array_value = 5, KeyValueList kvlist_value = 6, bytes bytes_value = 7 }`
 */
function anyValue(fields: Fields, depth: number): unknown {
  let value: unknown;
  if (depth > DEPTH_LIMIT) return value;
  while (fields.next()) {
    if (fields.number === 1 && fields.wire === BYTES) value = fields.text();
    else if (fields.number === 2 && fields.wire === VARINT) value = fields.int64() !== 0;
    else if (fields.number === 3 && fields.wire === VARINT) value = fields.int64();
    else if (fields.number === 4 && fields.wire === FIXED64) value = fields.double();
    else if (fields.number === 5) {
      const items: unknown[] = [];
      const list = part(fields);
      while (list.next()) if (list.number === 1) items.push(anyValue(part(list), depth + 1));
      value = items;
    } else if (fields.number === 6) {
      const object = emptyObject();
      const list = part(fields);
      while (list.next()) if (list.number === 1) keyValue(part(list), object, depth);
      value = object;
    } else if (fields.number === 7 && fields.wire === BYTES)
      value = fields.bytes.toString('base64', fields.from, fields.to);
  }
  return value;
}
