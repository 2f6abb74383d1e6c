/** Scraping simulated kubelets over real TLS: what is read, and what every failure says. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import type { KubeletReason } from "../../src/scrape/KubeletError.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import { cluster, faulty, kubelet, name, node, scrape } from "../fixtures/Scraping.ts"

const failures: ReadonlyArray<readonly [what: string, Fault, KubeletReason, says: RegExp]> = [
  ["nobody listens", Fault.Refuse(), "connection_refused", /nothing listens there/],
  ["the connection is reset", Fault.Reset(), "reset", /closed the connection/],
  ["the page breaks off", Fault.Truncated(), "reset", /closed the connection/],
  [
    "the authority is unknown",
    Fault.Certificate({ kind: "OtherAuthority" }),
    "tls_unknown_authority",
    /--kubelet-certificate-authority/
  ],
  [
    "the certificate is self-signed",
    Fault.Certificate({ kind: "SelfSigned" }),
    "tls_self_signed",
    /serverTLSBootstrap/
  ],
  ["the certificate has expired", Fault.Certificate({ kind: "Expired" }), "tls_expired", /renew it/],
  [
    "the certificate is for others",
    Fault.Certificate({ kind: "WrongName" }),
    "tls_name_mismatch",
    /its certificate is for .*elsewhere\.example.*192\.0\.2\.1/
  ],
  ["it does not know us", Fault.Status({ status: 401 }), "unauthorized", /webhook authentication/],
  ["we may not ask", Fault.Status({ status: 403 }), "forbidden", /system:metrics-server/],
  ["it is in trouble", Fault.Status({ status: 500 }), "status", /HTTP status 500/],
  ["it answers with a web page", Fault.Garbage(), "malformed_page", /line 1, column 1/],
  ["it compresses its page otherwise", Fault.Zstd(), "malformed_page", /"zstd", was not asked for/],
  ["half of its compressed page is missing", Fault.CutGzip(), "malformed_page", /not the gzip .* or breaks off/],
  ["its page never ends", Fault.Gigantic(), "body_too_large", /exceeds 16777216 bytes/],
  ["it cannot read its own statistics", Fault.ScrapeError(), "no_data", /scrape error/]
]

/** Of the same kubelet; its certificate does not name it. */
const another = { type: "InternalIP", address: "localhost" }

const page = "node_cpu_usage_seconds_total 12.5 1\nnode_memory_working_set_bytes 1 1\n"

/** The way to a kubelet without TLS that answers like this. */
const plain = Effect.fnUntraced(function*(listener: RequestListener) {
  const server = createServer(listener)
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () => Effect.sync(() => server.close())
  )
  return kubelet({ kubelet: { port: (server.address() as AddressInfo).port, completelyInsecure: true } })
})

layer(Layer.provideMerge(Simulation.layer({ cluster }), NodeServices.layer), { excludeTestServices: true })(
  "a kubelet over TLS",
  (it) => {
    it.effect("is read completely", () =>
      Effect.gen(function*() {
        const sample = yield* scrape(node)
        assert.strictEqual(sample.node, name)
        assert.sameDeepMembers(
          [...sample.containers],
          cluster.pods.flatMap(({ containers, name: pod, namespace }) =>
            containers.map(({ name: container }) => ({ namespace, pod, container }))
          )
        )
        assert.strictEqual(sample.points.memoryBytes(0), cluster.nodes[0]?.usage.memoryBytes)
      }).pipe(Effect.provide(kubelet())))

    describe("fails with a reason when", () => {
      it.effect.each(failures)("%s", ([, fault, reason, says]) =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(scrape(node))
          assert.strictEqual(error.reason, reason)
          assert.match(error.message, says)
          assert.include(error.message, `node ${name} at 127.0.0.1:`)
        }).pipe((test) => faulty(fault, test), Effect.provide(kubelet())))

      it.effect("no answer comes in time", () =>
        faulty(Fault.Hang(), Effect.flip(scrape(node))).pipe(
          Effect.map((error) => {
            assert.strictEqual(error.reason, "timeout")
            assert.include(error.message, "within 0.2 s")
          }),
          Effect.provide(kubelet({ kubelet: { requestTimeout: Duration.millis(200) } }))
        ))

      it.effect("the node has no address of the preferred types", () =>
        Effect.flip(scrape({ ...node, addresses: [{ type: "ExternalDNS", address: "example.com" }] })).pipe(
          Effect.map((error) => {
            assert.strictEqual(error.reason, "no_address")
            assert.include(error.message, "wanted InternalIP, it has ExternalDNS")
          }),
          Effect.provide(kubelet())
        ))

      it.effect("its token is not accepted", () =>
        Effect.flip(scrape(node)).pipe(
          Effect.map((error) => assert.strictEqual(error.reason, "unauthorized")),
          Effect.provide(kubelet({ authorization: Option.some("Bearer no such token") }))
        ))
    })

    it.effect.each(
      [
        ["does not resolve", "no-such-host.invalid", "name_not_resolved"],
        ["can be no name at all", "node\0name", "name_not_resolved"],
        ["is where nobody listens", "127.0.0.2", "connection_refused"],
        ["has no route to it", "255.255.255.255", "unreachable"],
        ["is none that its certificate names", another.address, "tls_name_mismatch"]
      ] as const
    )("is reached at its next address when the first one %s", ([, address, reason]) =>
      Effect.gen(function*() {
        const first = { type: "InternalIP", address }
        assert.propertyVal(yield* Effect.flip(scrape({ ...node, addresses: [first] })), "reason", reason)
        assert.strictEqual((yield* scrape({ ...node, addresses: [first, ...node.addresses] })).node, name)
      }).pipe(Effect.provide(kubelet())))

    it.effect.each(
      [
        [Fault.Status({ status: 401 }), "unauthorized"],
        [Fault.Status({ status: 403 }), "forbidden"],
        [Fault.Status({ status: 500 }), "status"],
        [Fault.Reset(), "reset"],
        [Fault.Garbage(), "malformed_page"]
      ] as const
    )(
      "is asked at no other address once it was reached: %j",
      ([fault, reason]) =>
        faulty(Fault.Once({ fault }), Effect.flip(scrape({ ...node, addresses: [...node.addresses, another] }))).pipe(
          Effect.map((error) => assert.strictEqual(error.reason, reason)),
          Effect.provide(kubelet({ tls: { insecure: true, certificateAuthority: Option.none() } }))
        )
    )

    it.effect("is given one request timeout for all of its addresses, and the failure of the first one is told", () =>
      Effect.gen(function*() {
        const error = yield* faulty(Fault.Hang(), Effect.flip(scrape(node)))
        assert.strictEqual(error.reason, "name_not_resolved")
      }).pipe(
        Effect.provide(
          kubelet({ kubelet: { preferredTypes: ["Hostname", "InternalIP"], requestTimeout: Duration.millis(500) } })
        )
      ))

    it.effect("whose name does not resolve, and that has no other address, says so", () =>
      Effect.flip(scrape(node)).pipe(
        Effect.map((error) => {
          assert.strictEqual(error.reason, "name_not_resolved")
          assert.include(error.message, "--kubelet-preferred-address-types=InternalIP")
        }),
        Effect.provide(kubelet({ kubelet: { preferredTypes: ["Hostname"] } }))
      ))

    it.effect("is read whatever its certificate is with --kubelet-insecure-tls", () =>
      faulty(Fault.Certificate({ kind: "SelfSigned" }), scrape(node)).pipe(
        Effect.map((sample) => assert.strictEqual(sample.node, name)),
        Effect.provide(kubelet({ tls: { insecure: true, certificateAuthority: Option.none() } }))
      ))

    it.effect("is read over plain HTTP and without credentials with --deprecated-kubelet-completely-insecure", () =>
      Effect.gen(function*() {
        const seen: Array<string | undefined> = []
        const way = yield* plain((request, response) => {
          seen.push(request.headers.authorization)
          response.end(page)
        })
        assert.strictEqual((yield* Effect.provide(scrape(node), way)).points.cpuSeconds(0), 12)
        assert.deepStrictEqual(seen, [undefined])
      }))

    it.effect("is asked for a compressed page, which is read, and anything that is no page is not unpacked", () =>
      Effect.gen(function*() {
        const answers = [
          { status: 200, body: gzipSync(page) },
          { status: 404, body: Buffer.from("no gzip") }
        ]
        const way = yield* plain(({ headers }, response) => {
          const { body, status } = answers.shift()!
          response.writeHead(status, { "content-encoding": headers["accept-encoding"] }).end(body)
        })
        assert.strictEqual((yield* Effect.provide(scrape(node), way)).points.cpuSeconds(0), 12)
        assert.match((yield* Effect.flip(Effect.provide(scrape(node), way))).message, /HTTP status 404/)
      }))

    it.effect("that recovers is read again on the next attempt", () =>
      Effect.gen(function*() {
        yield* faulty(Fault.Refuse(), Effect.flip(scrape(node)))
        yield* faulty(Fault.Certificate({ kind: "Expired" }), Effect.flip(scrape(node)))
        assert.strictEqual((yield* scrape(node)).node, name)
      }).pipe(Effect.provide(kubelet())))
  }
)
