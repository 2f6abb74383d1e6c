/** Is the kube-apiserver reached, and who does it think we are? */
import { Effect, Option, Schema } from "effect"
import type { HttpClientError } from "effect/http"
import { type Kube, KubeError } from "../kube/Kube.ts"
import * as Transport from "../kube/Transport.ts"
import * as NetworkFailure from "../NetworkFailure.ts"
import * as Finding from "./Finding.ts"
import * as KubeApi from "./KubeApi.ts"

const name = "kube-apiserver"
const { broken, ok } = Finding.of(name)

/** The source is where the way to it is written down. */
export const check = (source: string): Effect.Effect<Finding.Finding, never, Kube> =>
  KubeApi.get("/version").pipe(
    Effect.map(Option.match({
      onNone: () => broken(name, "it takes the connection, but does not answer in 10 s", "see its log and its load"),
      onSome: ({ response, text }) => judge(response.status, text, new URL(response.request.url).origin, source)
    })),
    Effect.catch((error) => Effect.succeed(unreachable(error, source)))
  )

const Version = Schema.fromJsonString(Schema.Struct({ gitVersion: Schema.String }))

const decode = Schema.decodeOption(Version)

/** By what it answers to GET /version. */
export const judge = (status: number, body: string, server: string, source: string): Finding.Finding => {
  switch (status) {
    case 200:
      return Option.match(decode(body), {
        onNone: () => broken(server, "what answers is no kube-apiserver", `check the server of ${source}`),
        onSome: ({ gitVersion }) => ok(server, `version ${gitVersion}`)
      })
    case 401:
      return broken(
        server,
        "it does not accept our credentials (HTTP status 401)",
        `check the token or the client certificate of ${source}`
      )
    case 403:
      return ok(server, "it knows us, and does not tell us its version")
    default:
      return broken(server, `it answers with HTTP status ${status}`, "see its log and its load")
  }
}

/** There is no way to it, or something is in the way. */
const unreachable = (error: HttpClientError.HttpClientError, source: string) => {
  const { cause, request } = error.reason
  if (cause instanceof KubeError) return withoutAccess(cause)
  const { detail, reason } = NetworkFailure.explain(cause)
  const [remedy = `check the way to it in ${source}`] = Transport.advice(reason, source)
  return broken(new URL(request.url).origin, detail, remedy)
}

/** What leads to it is of no use itself. */
export const withoutAccess = ({ advice, problems, source }: KubeError) => broken(source, problems.join("; "), advice)
