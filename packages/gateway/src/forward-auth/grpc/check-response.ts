import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Line, Reply } from '../../dialects/dialect.ts'

/** `google.rpc.Code`. */
const PERMISSION_DENIED = 7
/** `HeaderAppendAction`; `append` is left out, so that Envoys that do not know the action overwrite, too. */
const OVERWRITE_IF_EXISTS_OR_ADD = 2

/** What is written by a function, with its length before it. */
type Write = (writer: BinaryWriter) => void

/** `CheckResponse` that lets pass: the fields are set for the upstream, and `removed` are taken from what the caller sent. */
export function okResponse(fields: readonly Line[], removed: readonly string[]): Uint8Array {
  const writer = new BinaryWriter()
  // status = 1, in which code = 1 would be 0 and is left out; ok_response = 3.
  nested(writer, 1, () => undefined)
  nested(writer, 3, (ok) => {
    for (const line of fields) nested(ok, 2, header(line, true))
    for (const name of removed) ok.tag(5, WireType.LengthDelimited).string(name)
  })
  return writer.finish()
}

/** `CheckResponse` that refuses with exactly this answer. */
export function deniedResponse({ status, fields, body }: Reply): Uint8Array {
  const writer = new BinaryWriter()
  nested(writer, 1, (rpc) => void rpc.tag(1, WireType.Varint).int32(PERMISSION_DENIED))
  // denied_response = 2: status = 1 with code = 1, headers = 2, body = 3.
  nested(writer, 2, (denied) => {
    nested(denied, 1, (http) => void http.tag(1, WireType.Varint).int32(status))
    const names = fields.map(([name]) => name.toLowerCase())
    // Lines of one name stay several; a single one stands instead of Envoy's own, such as Content-Type.
    for (const line of fields) nested(denied, 2, header(line, names.filter((name) => name === line[0].toLowerCase()).length === 1))
    denied.tag(3, WireType.LengthDelimited).string(body)
  })
  return writer.finish()
}

/** HeaderValueOption: header = 1 with key = 1 and value = 2, append_action = 3. */
function header([name, value]: Line, overwrites: boolean): Write {
  return (option) => {
    nested(option, 1, (line) => void line.tag(1, WireType.LengthDelimited).string(name.toLowerCase()).tag(2, WireType.LengthDelimited).string(value))
    if (overwrites) option.tag(3, WireType.Varint).int32(OVERWRITE_IF_EXISTS_OR_ADD)
  }
}

function nested(writer: BinaryWriter, number: number, write: Write): void {
  writer.tag(number, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}
