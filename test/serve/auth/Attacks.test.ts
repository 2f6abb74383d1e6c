/** Who is not believed, over real sockets; after each attempt the next honest request is answered. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "node:tls"
import * as Authority from "../../../src/simulate/Authority.ts"
import { frontProxyName, Identities, tokens } from "../../../src/simulate/Identities.ts"
import * as Objects from "../../../src/simulate/Objects.ts"
import { ObjectStore } from "../../../src/simulate/ObjectStore.ts"
import { ask, bearer, type Client, path, spoofed, test } from "../../fixtures/Attacked.ts"
import { http1, http2, onTheWire, type Question } from "../../fixtures/HttpsClient.ts"
import { Interception, nothing, reviewed } from "../../fixtures/Interception.ts"
import * as LoopbackHttps from "../../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../../fixtures/WholeServer.ts"

test("the front proxy's headers are worth nothing without its certificate", () =>
  Effect.gen(function*() {
    const { clients, clusterCa, frontProxyCa } = yield* Identities
    const jane = yield* clusterCa.issueClient({ commonName: "jane" })
    const namesake = yield* clusterCa.issueClient({ commonName: frontProxyName })
    const intruder = yield* frontProxyCa.issueClient({ commonName: "intruder" })
    const expired = yield* frontProxyCa.issueClient({ commonName: frontProxyName, validity: Authority.expired })
    const otherCa = yield* Authority.make("front-proxy-ca")
    const forged = yield* otherCa.issueClient({ commonName: frontProxyName })
    for (const client of [http1, http2]) {
      const as = (pair: Question["pair"]) => ask({ headers: spoofed, pair }, client)
      assert.strictEqual(yield* as(clients["front-proxy-client"]), "200")
      assert.strictEqual(yield* as(undefined), "403 system:anonymous")
      assert.strictEqual(yield* as(jane), "403 jane")
      assert.strictEqual(yield* as(namesake), `403 ${frontProxyName}`)
      for (const pair of [clients.badcert, intruder, expired, forged]) assert.strictEqual(yield* as(pair), "401")
    }
  }))

test("a certificate of the client authority is worth something while it is valid, and signed by that one", () =>
  Effect.gen(function*() {
    const { clients, clusterCa, frontProxyCa } = yield* Identities
    const admin = { commonName: "admin", organizations: ["system:masters"] }
    const expired = yield* clusterCa.issueClient({ ...admin, validity: Authority.expired })
    const wrong = yield* frontProxyCa.issueClient(admin)
    const server = yield* clusterCa.issueServer({ ...admin, addresses: ["127.0.0.1"] })
    assert.strictEqual(yield* ask({ pair: clients.admin }), "200")
    for (const pair of [expired, wrong, server]) assert.strictEqual(yield* ask({ pair }), "401")
    // A token is believed beside a certificate that is not, as by the original.
    assert.strictEqual(
      yield* ask({ pair: expired, headers: bearer(tokens.forbidden) }),
      "403 system:serviceaccount:default:forbidden"
    )
  }))

test("headers that come twice, in any case or dressed up say no more than the first plain one", () =>
  Effect.gen(function*() {
    const { clients } = yield* Identities
    const pair = clients["front-proxy-client"]
    const asProxy = (headers: Question["headers"], client: Client) => ask({ headers: headers ?? {}, pair }, client)
    for (const client of [http1, http2]) {
      assert.strictEqual(
        yield* asProxy({ "X-REMOTE-USER": "bob", "x-Remote-Group": ["devs", "system:masters"] }, client),
        "200"
      )
      assert.strictEqual(yield* asProxy({ "x-remote-user": ["bob", "alice"] }, client), "403 bob")
      assert.strictEqual(
        yield* asProxy({ "x-remote-user": "bob", "x-remote-group": "devs, system:masters" }, client),
        "403 bob"
      )
      assert.strictEqual(
        yield* asProxy({ "x-remote-user": "bob", "x_remote_group": "system:masters" }, client),
        "403 bob"
      )
      assert.strictEqual(
        yield* asProxy({ "x-remote-user": "bob", "x-remote-group-": "system:masters" }, client),
        "403 bob"
      )
      assert.strictEqual(yield* asProxy({ "x-remote-user": "", "x-remote-group": "system:masters" }, client), "401")
    }
    const twice = { authorization: [`Bearer ${tokens.forbidden}`, `Bearer ${tokens.admintoken}`] }
    assert.strictEqual(yield* ask({ headers: twice }, http1), "403 system:serviceaccount:default:forbidden")
  }))

test("names are in UTF-8, and what is not names nobody", () =>
  Effect.gen(function*() {
    const { clients } = yield* Identities
    const pair = clients["front-proxy-client"]
    for (const client of [http1, http2]) {
      const as = (user: string, more: Question["headers"] = {}) =>
        ask({ headers: { "x-remote-user": user, ...more }, pair }, client)
      assert.strictEqual(yield* as(onTheWire("jörg")), "403 jörg")
      assert.strictEqual(yield* as("j\xf6rg"), "401")
      const masters = { "x-remote-group": "system:masters" }
      assert.strictEqual(yield* as("alice", { ...masters, "impersonate-user": onTheWire("jörg") }), "403 jörg")
      assert.strictEqual(yield* as("alice", { ...masters, "impersonate-user": "j\xf6rg" }), "400")
    }
  }))

/** What is answered to bytes as they stand; the connection is the client's until it ends it. */
const raw = Effect.fnUntraced(function*(text: string) {
  const port = yield* LoopbackHttps.port
  return yield* Effect.callback<ReadonlyArray<string>>((resume) => {
    let answer = ""
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
    socket.on("secureConnect", () => socket.end(text))
    socket.on("data", (bytes) => {
      answer += bytes.toString()
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer.match(/HTTP\/1\.1 \d+/g) ?? [])))
  })
})

test("a request within a request is none", () =>
  Effect.gen(function*() {
    const start = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`
    const inner = `${start}Authorization: Bearer ${tokens.admintoken}\r\nConnection: close\r\n\r\n`
    const both = `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`
    for (
      const attempt of [
        both + inner,
        `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
        `${start}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx${inner}`,
        `${start}X-Remote-User : alice\r\n\r\n`,
        `${start}X-Remote-User: bob\r\n x-remote-group: system:masters\r\n\r\n`,
        `${start}X-Remote-User: bob\rX-Remote-Group: system:masters\r\n\r\n`,
        `${start}X-Remote-User: bob\nX-Remote-Group: system:masters\r\n\r\n`
      ]
    ) {
      const answers = yield* raw(attempt)
      assert.notInclude(answers, "HTTP/1.1 200", attempt)
    }
    assert.deepStrictEqual(yield* raw(inner), ["HTTP/1.1 200"])
  }))

test("a token that was revoked is refused after the cache's lifetime, and not before", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const headers = bearer(tokens.reader)
    assert.strictEqual(yield* ask({ headers }), "200")
    yield* intercept(reviewed("tokenreviews", { authenticated: false }))
    assert.strictEqual(yield* ask({ headers }), "200")
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual(yield* ask({ headers }), "401")
    yield* intercept(nothing)
    yield* TestClock.adjust("10 seconds")
  }))

test("a right that was taken is gone after the cache's lifetime, and not before", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const headers = bearer(tokens.reader)
    assert.strictEqual(yield* ask({ headers }), "200")
    yield* intercept(reviewed("subjectaccessreviews", { allowed: false }))
    assert.strictEqual(yield* ask({ headers }), "200")
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual(yield* ask({ headers }), "403 system:serviceaccount:default:reader")
    yield* intercept(nothing)
    yield* TestClock.adjust("10 seconds")
  }))

test("when the cluster replaces its authorities, the old ones are worth nothing any more, without a restart", () =>
  Effect.gen(function*() {
    const { clients } = yield* Identities
    const store = yield* ObjectStore
    const [clusterCa, frontProxyCa] = yield* Effect.all([
      Authority.make("kubernetes"),
      Authority.make("front-proxy-ca")
    ])
    yield* store.put(Objects.configMap("kube-system", "extension-apiserver-authentication", {
      "client-ca-file": clusterCa.cert,
      "requestheader-client-ca-file": frontProxyCa.cert,
      "requestheader-allowed-names": `["new-proxy"]`,
      "requestheader-username-headers": `["X-New-User"]`,
      "requestheader-group-headers": `["X-New-Group"]`,
      "requestheader-extra-headers-prefix": `["X-New-Extra-"]`
    }))
    yield* WholeServer.pass(1)
    assert.strictEqual(yield* ask({ pair: clients.admin }), "401")
    assert.strictEqual(yield* ask({ pair: clients["front-proxy-client"], headers: spoofed }), "401")
    const admin = yield* clusterCa.issueClient({ commonName: "admin", organizations: ["system:masters"] })
    assert.strictEqual(yield* ask({ pair: admin }), "200")
    const proxy = yield* frontProxyCa.issueClient({ commonName: "new-proxy" })
    const headers = { "x-new-user": "alice", "x-new-group": "system:masters" }
    assert.strictEqual(yield* ask({ pair: proxy, headers }), "200")
    assert.strictEqual(yield* ask({ pair: proxy, headers: spoofed }), "401")
  }))
