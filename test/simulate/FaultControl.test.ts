/** Faults switched over the simulated API server itself, as a person does with kubectl. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { HttpBody, type HttpClient, HttpClientRequest } from "effect/http"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { answerOf, inMemory, overMemory } from "../fixtures/SimulatedApi.ts"

const kubelet = "/simulation/faults/kubelets/worker-0001"

const put = (client: HttpClient.HttpClient, path: string, fault: object) =>
  client.execute(HttpClientRequest.put(path, { body: HttpBody.jsonUnsafe(fault) }))

describe("the simulated API server", () => {
  it.effect("switches the fault of a kubelet on and off", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      const fleet = yield* KubeletFleet
      const { port } = Option.getOrThrow(fleet.endpoint("worker-0001"))
      const current = () => Option.getOrThrow(fleet.at(port)).fault()
      for (
        const fault of [
          Fault.Hang(),
          Fault.SlowHeaders({ delay: "8 seconds" }),
          Fault.Once({ fault: Fault.Status({ status: 503 }) })
        ]
      ) {
        assert.deepStrictEqual(yield* (yield* put(client, kubelet, fault)).json, fault)
        assert.deepStrictEqual(current(), Option.some(fault))
      }
      assert.strictEqual((yield* client.execute(HttpClientRequest.delete(kubelet))).status, 200)
      assert.deepStrictEqual(current(), Option.none())
    }).pipe(Effect.provide(inMemory)))

  it.effect("switches the fault of an API, or of all, and can still be told to end it", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      for (const api of ["nodes", "*"]) {
        yield* put(client, `/simulation/faults/apis/${api}`, ApiFault.Status({ status: 503 }))
        assert.strictEqual((yield* client.get("/api/v1/nodes")).status, 503)
        yield* client.execute(HttpClientRequest.delete(`/simulation/faults/apis/${api}`))
        assert.strictEqual((yield* client.get("/api/v1/nodes")).status, 200)
      }
    }).pipe(Effect.provide(inMemory)))

  it.effect("says what is no fault, knows which kubelets there are, and obeys nobody without a right", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      const wrong = yield* put(client, kubelet, { _tag: "SlowHeaders", delay: "soon" })
      assert.strictEqual(wrong.status, 400)
      assert.include((yield* answerOf(wrong)).message, "delay")
      assert.strictEqual((yield* put(client, "/simulation/faults/kubelets/nowhere", Fault.Hang())).status, 404)
      assert.strictEqual((yield* client.get(kubelet)).status, 405)
      const stranger = yield* client.execute(
        HttpClientRequest.put(kubelet, { body: HttpBody.jsonUnsafe(Fault.Hang()) }).pipe(
          HttpClientRequest.bearerToken(tokens.nobody)
        )
      )
      assert.strictEqual(stranger.status, 403)
    }).pipe(Effect.provide(inMemory)))
})
