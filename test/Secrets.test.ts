/** What is secret is in no log, whatever goes wrong and however much is logged. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, References } from "effect"
import { HttpClientError } from "effect/http"
import * as Logging from "../src/observe/Logging.ts"
import { Fault } from "../src/simulate/Fault.ts"
import { Identities, tokens } from "../src/simulate/Identities.ts"
import { KubeletFleet } from "../src/simulate/KubeletFleet.ts"
import * as Attacked from "./fixtures/Attacked.ts"
import { ask, askPatiently, bearer, spoofed } from "./fixtures/Attacked.ts"
import { away, Interception, nothing, reviewed } from "./fixtures/Interception.ts"
import * as Pki from "./fixtures/Pki.ts"
import * as SecretMount from "./fixtures/SecretMount.ts"
import * as WholeServer from "./fixtures/WholeServer.ts"

const guessed = "a.guessed.token"
const basic = Buffer.from("admin:a password").toString("base64")

it.effect("tokens, passwords and keys are in no log at any level", () =>
  Effect.gen(function*() {
    const printed: Array<string> = []
    const print = (line: string) => void printed.push(line)
    const loggers = Logger.layer([
      Logger.map(Logger.formatStructured, (line) => print(Logging.logfmt(line))),
      Logger.map(Logger.formatStructured, (line) => print(Logging.json(line)))
    ])
    const everything = Layer.succeed(References.MinimumLogLevel, "All")

    const ca = yield* Pki.authority("it")
    const [pair, other] = yield* Effect.all([ca.server({ cn: "it" }), ca.server({ cn: "other" })])
    const { directory, replace } = yield* SecretMount.make({ "tls.crt": pair.cert, "tls.key": pair.key })
    const given = Option.some({ certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` })

    const clients = yield* Effect.gen(function*() {
      const { intercept } = yield* Interception
      const { clients } = yield* Identities
      const fleet = yield* KubeletFleet

      // All goes well; then everything does not.
      for (const token of Object.values(tokens)) yield* ask({ headers: bearer(token) })
      yield* ask({ pair: clients["front-proxy-client"], headers: spoofed })
      yield* ask({ headers: bearer(guessed) })
      yield* ask({ headers: { authorization: `Basic ${basic}` } })
      yield* ask({ pair: clients.badcert })
      yield* ask({ path: `/version?access_token=${guessed}` })
      for (
        const outcome of [
          away,
          reviewed("tokenreviews", { authenticated: "yes" }),
          (request) =>
            Effect.die(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) }))
        ] satisfies ReadonlyArray<Parameters<typeof intercept>[0]>
      ) {
        yield* WholeServer.pass(11)
        yield* intercept(outcome)
        for (const headers of [bearer(tokens.reader), bearer(guessed), {}]) yield* askPatiently({ headers })
      }
      yield* intercept(nothing)
      for (const node of WholeServer.cluster.nodes) {
        yield* fleet.setFault(node.name, Option.some(Fault.Status({ status: 401 })))
        yield* WholeServer.pass(20)
        yield* fleet.setFault(node.name, Option.some(Fault.Reset()))
        yield* WholeServer.pass(20)
      }
      yield* replace({ "tls.crt": pair.cert, "tls.key": other.key })
      yield* Effect.repeat(WholeServer.pass(1), { until: () => printed.some((it) => it.includes("is not the key")) })
      return clients
    }).pipe(Effect.provide(Layer.provide(Attacked.layer({ https: { certificate: { given } } }), [loggers, everything])))

    const log = printed.join("\n")
    assert.include(log, "a request was not authenticated")
    assert.include(log, "a request could not be answered")
    assert.include(log, "cannot scrape node")
    const keys = [pair, other, ...Object.values(clients)].map(({ key }) => key.split("\n")[1] ?? assert.fail("no key"))
    for (const secret of [...Object.values(tokens), guessed, basic, "a password", ...keys]) {
      assert.notInclude(log, secret)
    }
  }).pipe(Effect.provide(NodeServices.layer)))
