/** What the doctor asks the kube-apiserver for: single objects, and lists page by page. What it may not see is unchecked. */
import { Effect, Option, Result, Schema, Stream } from "effect"
import type { HttpClientError } from "effect/http"
import type { Resource } from "../discover/ListWatch.ts"
import { Kube } from "../kube/Kube.ts"
import { Unchecked } from "./Finding.ts"

const timeout = "10 seconds"

const administrator = "run it with a kubeconfig of an administrator (--kubeconfig)"
const again = "see that the kube-apiserver does well, and run the doctor again"

/** The whole answer to a GET, whatever its status. */
export const get = Effect.fnUntraced(function*(path: string) {
  const { http } = yield* Kube
  return yield* http.get(path, { acceptJson: true }).pipe(
    Effect.flatMap((response) => Effect.map(response.text, (text) => ({ response, text }))),
    Effect.timeoutOption(timeout)
  )
})

/** Why there is no answer, in a clause. */
export const describe = ({ message, reason }: HttpClientError.HttpClientError) =>
  reason._tag === "TransportError" ? reason.description ?? message : message

/** An object, if it is there. The subject is what people call it. */
export const read = <A>(subject: string, path: string, schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(schema))
  return get(path).pipe(
    Effect.mapError((error) => new Unchecked({ subject, detail: describe(error), remedy: again })),
    Effect.flatMap(Option.match({
      onNone: () => Effect.fail(new Unchecked({ subject, detail: `no answer in ${timeout}`, remedy: again })),
      onSome: ({ response: { status }, text }) => {
        if (status === 404) return Effect.succeedNone
        if (status !== 200) return Effect.fail(refused(subject, status))
        return Result.match(decode(text), {
          onSuccess: Effect.succeedSome,
          onFailure: ({ message }) => Effect.fail(new Unchecked({ subject, detail: message, remedy: again }))
        })
      }
    }))
  )
}

export const refused = (subject: string, status: number) =>
  status === 403
    ? new Unchecked({ subject, detail: "forbidden", remedy: administrator })
    : new Unchecked({ subject, detail: `HTTP status ${status}`, remedy: again })

/** The page size of kubectl. */
const limit = "500"

const Page = Schema.Struct({
  metadata: Schema.Struct({ continue: Schema.optionalKey(Schema.String) }),
  // Go writes an empty list as null, if nobody takes care.
  items: Schema.NullOr(Schema.Array(Schema.Unknown))
})

/** The objects of a list as they come: no more than a page of them is held at a time. */
export const list = (subject: string, { params, path }: Pick<Resource, "params" | "path">) =>
  Stream.paginate("", (after) => {
    const query = new URLSearchParams({ ...params, limit, ...after !== "" && { continue: after } })
    return Effect.map(
      read(subject, `${path}?${query}`, Page),
      (page) => [
        Option.match(page, { onNone: () => [], onSome: ({ items }) => items ?? [] }),
        Option.filter(Option.map(page, ({ metadata }) => metadata.continue ?? ""), (it) => it !== "")
      ]
    )
  })
