/**
 * What the OpenAPI documents of both versions share as protobuf: gnostic's messages, which number their fields anew in
 * each version and write maps as lists of pairs.
 */
import type { BinaryWriter } from "@bufbuild/protobuf/wire"
import { boolean, entry, message, string, type Write } from "./Wire.ts"

export const texts = (writer: BinaryWriter, field: number, values: ReadonlyArray<string> = []) =>
  values.reduce((writer, value) => string(writer, field, value), writer)

/** What is not there is not written. */
export const optionalText = (writer: BinaryWriter, field: number, value: string | undefined) =>
  value === undefined ? writer : string(writer, field, value)

export const flag = (writer: BinaryWriter, field: number, value: boolean | undefined) =>
  value === true ? boolean(writer, field, value) : writer

export const optionalMessage = <A>(writer: BinaryWriter, field: number, write: Write<A>, value: A | undefined) =>
  value === undefined ? writer : message(writer, field, write, value)

/** A map, each entry a message of a name and a value. */
export const map = <A>(
  writer: BinaryWriter,
  field: number,
  write: Write<A>,
  values: Readonly<Record<string, A>>
): BinaryWriter => {
  for (const [name, value] of Object.entries(values)) {
    entry(writer, field, name, (writer) => message(writer, 2, write, value))
  }
  return writer
}

/** A message that is nothing but a map. */
export const writeMap = <A>(write: Write<A>): Write<Readonly<Record<string, A>>> => (writer, values) =>
  map(writer, 1, write, values)

/** What Kubernetes adds to OpenAPI. As YAML, of which JSON is a part. */
export const extensions = (writer: BinaryWriter, field: number, object: object) =>
  map(writer, field, writeAny, Object.fromEntries(Object.entries(object).filter(([key]) => key.startsWith("x-"))))

const writeAny: Write<unknown> = (writer, value) => string(writer, 2, JSON.stringify(value))
