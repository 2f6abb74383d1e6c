/** The image: what its recipe promises, and its file tree at work under its user. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { environment, nodeFlags } from "../../bench/Program.ts"
import { isolation } from "../fixtures/Container.ts"
import { Built, serve, simulation, written } from "../fixtures/Deployed.ts"
import * as Dockerfile from "../fixtures/Dockerfile.ts"
import { http2 } from "../fixtures/HttpsClient.ts"
import * as ImageTree from "../fixtures/ImageTree.ts"

const stages = Effect.gen(function*() {
  const all = Dockerfile.parse(yield* (yield* FileSystem.FileSystem).readFileString(ImageTree.recipe))
  const final = all.at(-1)
  assert(final !== undefined)
  return { all, final }
})

const entrypointOf = (stage: Dockerfile.Stage): ReadonlyArray<string> =>
  JSON.parse(Dockerfile.only(stage, "ENTRYPOINT").rest)

const userOf = (stage: Dockerfile.Stage) => {
  const [uid = 0, gid = 0] = Dockerfile.only(stage, "USER").rest.split(":").map(Number)
  return { uid, gid }
}

layer(Layer.provideMerge(Built.layer, NodeServices.layer), { excludeTestServices: true, timeout: "120 seconds" })(
  "the image",
  (it) => {
    describe("by its recipe", () => {
      it.effect("is made of images that are named exactly and known by their digest", () =>
        Effect.map(stages, ({ all }) => {
          for (const { image } of all) assert.match(image, /^[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/)
        }))

      it.effect("runs nothing while it is made but what builds the bundle", () =>
        Effect.map(stages, ({ all, final }) => {
          assert.deepStrictEqual(
            all.map((stage) => Dockerfile.all(stage, "RUN").map(({ rest }) => rest)),
            [["npm ci --ignore-scripts", "node build/main.ts"], []]
          )
          assert.match(final.image, /^gcr\.io\/distroless\/nodejs26-/)
        }))

      it.effect("has a user who is not root and is named by number, and files that nobody may change", () =>
        Effect.map(stages, ({ final }) => {
          assert.deepStrictEqual(userOf(final), { uid: 1000, gid: 1000 })
          for (const { flags } of Dockerfile.all(final, "COPY")) {
            assert.deepInclude(flags, { chown: "0:0", chmod: "0444" })
          }
        }))

      it.effect("starts the program as it was measured, and leaves health to the kubelet", () =>
        Effect.map(stages, ({ final }) => {
          assert.deepStrictEqual(entrypointOf(final), ["/nodejs/bin/node", ...nodeFlags, "/metrics-server.mjs"])
          assert.deepInclude(Dockerfile.pairs(final, "ENV"), environment)
          assert.lengthOf(Dockerfile.all(final, "CMD"), 0)
          assert.lengthOf(Dockerfile.all(final, "HEALTHCHECK"), 0)
        }))

      it.effect("says what it is", () =>
        Effect.gen(function*() {
          const { version } = JSON.parse(yield* (yield* FileSystem.FileSystem).readFileString("package.json"))
          const { final } = yield* stages
          const labels = Dockerfile.pairs(final, "LABEL")
          assert.strictEqual(labels["org.opencontainers.image.licenses"], "Apache-2.0")
          assert.strictEqual(labels["org.opencontainers.image.version"], "$VERSION")
          assert.include(Dockerfile.all(final, "ARG").map(({ rest }) => rest), `VERSION=${version}`)
        }))

      it.effect("gets everything that it copies and nothing else from the source tree", () =>
        Effect.gen(function*() {
          const ignore = yield* (yield* FileSystem.FileSystem).readFileString(".dockerignore")
          const admitted = ignore.split("\n").filter((line) => line.startsWith("!")).map((line) => line.slice(1))
          const { all } = yield* stages
          const copied = all.flatMap((stage) => Dockerfile.all(stage, "COPY"))
            .filter(({ flags }) => flags["from"] === undefined)
            .flatMap(({ rest }) => rest.split(" ").slice(0, -1))
          assert.include(ignore.split("\n"), "*")
          assert.sameMembers(admitted, copied)
        }))
    })

    it.effect(`${ImageTree.description}, serves ${isolation.description}`, () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { final, root } = yield* ImageTree.make
        const { kubeletCa, metricsServerKubeconfig } = yield* written
        yield* ImageTree.put(root, metricsServerKubeconfig, "/etc/kubeconfig", 0o444)
        yield* ImageTree.put(root, kubeletCa, "/etc/kubelet-ca.crt", 0o444)
        const inside = isolation.ownUser ? "" : root
        const { child, expected, nodes, port } = yield* serve({
          command: isolation.wrap(root, userOf(final), entrypointOf(final)),
          env: { ...Dockerfile.pairs(final, "ENV"), PATH: process.env["PATH"] ?? "" },
          kubeconfig: `${inside}/etc/kubeconfig`,
          kubeletCa: `${inside}/etc/kubelet-ca.crt`,
          certDir: `${inside}/tmp`
        })
        assert.sameMembers(nodes, expected)
        assert.strictEqual((yield* http2({ port, path: "/livez" })).status, 200)
        if (isolation.ownUser) {
          const status = yield* fs.readFileString(`/proc/${child.pid}/status`)
          assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m)
          assert.match(status, /^Groups:\t *$/m)
          assert.match(status, /^CapPrm:\t0+$/m)
          assert.match(status, /^NoNewPrivs:\t1$/m)
        }
        if (isolation.readOnly) {
          const mounts = yield* fs.readFileString(`/proc/${child.pid}/mounts`)
          assert.match(mounts, /^\S+ \/ \S+ ro[, ]/m)
        }
      }).pipe(Effect.provide(simulation)))
  }
)
