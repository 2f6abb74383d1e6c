/** Faults switched from outside, as no real API server lets anybody: `kubectl replace --raw /simulation/faults/...`. */
import { Effect, Option, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { ApiFaultFromJson } from "../ApiFault.ts"
import type { ApiFaults } from "../ApiFaults.ts"
import { FaultFromJson } from "../Fault.ts"
import type { KubeletFleet } from "../KubeletFleet.ts"
import * as Status from "./Status.ts"

/** Below it are `kubelets/NODE` and `apis/API`: a PUT sets a fault, a DELETE ends it. */
export const path = "/simulation/faults/"

export const respond = Effect.fnUntraced(
  function*(faults: typeof ApiFaults.Service, fleet: typeof KubeletFleet.Service, method: string, asked: string) {
    if (method !== "PUT" && method !== "DELETE") return Status.methodNotAllowed
    const [kind, name = ""] = asked.slice(path.length).split("/")
    if (kind === "kubelets" && Option.isSome(fleet.endpoint(name))) {
      return yield* change(method, FaultFromJson, (fault) => fleet.setFault(name, fault))
    }
    return kind === "apis" && name !== ""
      ? yield* change(method, ApiFaultFromJson, (fault) => faults.set(name, fault))
      : Status.noSuchPath
  },
  Effect.catch((error) => Effect.succeed(Status.badRequest(error.message)))
)

/** Answers with the fault that is there now. */
const change = Effect.fnUntraced(function*<A extends object, E>(
  method: "PUT" | "DELETE",
  schema: Schema.Decoder<A>,
  set: (fault: Option.Option<A>) => Effect.Effect<void, E>
) {
  const fault = method === "DELETE" ? Option.none() : Option.some(yield* bodyOf(schema))
  yield* set(fault)
  return HttpServerResponse.jsonUnsafe(Option.getOrElse(fault, () => ({})))
})

const bodyOf = <A>(schema: Schema.Decoder<A>) =>
  HttpServerRequest.HttpServerRequest.pipe(
    Effect.flatMap((request) => request.text),
    Effect.flatMap(Schema.decodeEffect(Schema.fromJsonString(schema)))
  )
