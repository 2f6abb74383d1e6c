{
  description = "A Kubernetes resource metrics server (metrics.k8s.io), written with Effect";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      manifest = lib.importJSON ./package.json;
      lock = lib.importJSON ./package-lock.json;
      eachSystem =
        make:
        lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (
          system: make nixpkgs.legacyPackages.${system}
        );

      # The lockfile names packages and hashes, and no address: npm knows where to ask, and the hash is what counts.
      fetch =
        pkgs: path: package:
        let
          name = package.name or (lib.last (lib.splitString "node_modules/" path));
        in
        pkgs.runCommand "npm-${lib.strings.sanitizeDerivationName name}-${package.version}.tgz"
          {
            outputHash = package.integrity;
            outputHashMode = "flat";
            nativeBuildInputs = [ pkgs.nodejs_26 ];
            preferLocalBuild = true;
          }
          ''
            export HOME=$TMPDIR
            npm pack --silent '${name}@${package.version}'
            mv ./*.tgz $out
          '';

      # Whatever the build reads, so that nothing else makes it run again.
      source = lib.fileset.toSource {
        root = ./.;
        fileset = lib.fileset.unions [
          ./.npmrc
          ./LICENSE
          ./build
          ./package-lock.json
          ./package.json
          ./src
        ];
      };

      # The bundle, to be run by the Node.js of nixpkgs.
      packageOf =
        pkgs:
        pkgs.buildNpmPackage {
          pname = manifest.name;
          inherit (manifest) version;
          src = source;
          nodejs = pkgs.nodejs_26;
          npmDeps = pkgs.importNpmLock {
            package = manifest;
            packageLock = lock;
            packageSourceOverrides = lib.mapAttrs (fetch pkgs) (removeAttrs lock.packages [ "" ]);
          };
          inherit (pkgs.importNpmLock) npmConfigHook;
          npmFlags = [
            "--ignore-scripts"
            "--legacy-peer-deps"
          ];
          # Not through npm, whose PATH has the Node.js of the development dependencies first.
          buildPhase = "node build/main.ts";
          # A wrapper that is a program: a script would bring a shell into the image.
          nativeBuildInputs = [ pkgs.makeBinaryWrapper ];
          installPhase = ''
            install -Dm444 -t $out/lib/metrics-server dist/*
            install -Dm444 -t $out/share/licenses/metrics-server LICENSE dist/THIRD-PARTY-LICENSES.txt
            makeWrapper ${lib.getExe pkgs.nodejs-slim_26} $out/bin/metrics-server \
              --add-flags --min-semi-space-size=4 --add-flags --max-semi-space-size=4 --add-flags --no-allocation-site-pretenuring --add-flags $out/lib/metrics-server/metrics-server.mjs \
              --set-default UV_THREADPOOL_SIZE 16 --set-default MALLOC_ARENA_MAX 1 --set-default MALLOC_MMAP_THRESHOLD_ 32768 \
              --set-default MALLOC_TRIM_THRESHOLD_ 32768 --set-default MALLOC_TOP_PAD_ 0
          '';
          meta = {
            inherit (manifest) description;
            license = lib.licenses.asl20;
            mainProgram = manifest.name;
          };
        };

      # As deploy/Dockerfile: one program, a user by number, nothing to be written.
      imageOf =
        pkgs:
        pkgs.dockerTools.buildLayeredImage {
          inherit (manifest) name;
          tag = manifest.version;
          config = {
            Entrypoint = [ (lib.getExe (packageOf pkgs)) ];
            User = "1000:1000";
            ExposedPorts."10250/tcp" = { };
            Labels = {
              "org.opencontainers.image.title" = manifest.name;
              "org.opencontainers.image.version" = manifest.version;
              "org.opencontainers.image.licenses" = manifest.license;
            };
          };
        };
    in
    {
      packages = eachSystem (
        pkgs:
        {
          default = packageOf pkgs;
        }
        // lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux { image = imageOf pkgs; }
      );

      # npm brings the project's own Node.js, tools and kubectl along: nothing else is needed.
      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.nodejs_26
            pkgs.git
            pkgs.kubectl
            pkgs.kubernetes-helm
          ];
        };
      });

      checks = eachSystem (pkgs: {
        starts = pkgs.runCommand "metrics-server-starts" { } ''
          ${lib.getExe (packageOf pkgs)} --version | grep -F ${manifest.version}
          touch $out
        '';
      });

      formatter = eachSystem (pkgs: pkgs.nixfmt);
    };
}
