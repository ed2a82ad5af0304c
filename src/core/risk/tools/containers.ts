import type { Arg } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import { changesOutside, destroys, needsRights, reaches, reads, trusted } from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given, has } from "../options.ts";

/** Containers and virtual machines. */
export const containerTools: Tools = {
  ...each("docker podman nerdctl", docker),
  ...each("docker-compose podman-compose", (call) => compose(call, call.args)),
  ...each(
    "buildah skopeo crane kaniko img ctr crictl lxc lxd lima limactl colima multipass vagrant virsh qemu-system-x86_64 VBoxManage firecracker systemd-nspawn machinectl apptainer singularity runc crun bwrap firejail flatpak-spawn distrobox toolbox",
    (call) => [needsRights(`${call.name} runs containers or machines`)],
  ),
};

const firstWords = (args: readonly Arg[], valued: string): string[] =>
  given(args, { valued }).operands.map(({ shape }) => shape);

function docker(call: Call): Outcome {
  const found = given(call.args, {
    valued: "-H --host -c --context --config -l --log-level",
    isStrict: true,
  });
  const [first, ...rest] = found.operands;
  const verb = first?.shape ?? "";
  const second = rest.find(({ shape }) => !shape.startsWith("-"))?.shape ?? "";
  if (has(found, "-H --host --config")) return [needsRights("docker is told another engine")];
  if (verb === "compose") return compose(call, rest);
  if (verb === "" || /^(?:version|help|--version)$/.test(verb))
    return [reads(`${call.name} says what it is`)];
  if (/^(?:ps|images|info|inspect|logs|top|stats|port|diff|history|events|search-local)$/.test(verb))
    return [reads(`${call.name} ${verb} reads`)];
  if (
    /^(?:container|image|volume|network|context|system|builder|buildx|plugin|manifest|node|service|stack|secret|config|swarm|trust)$/.test(
      verb,
    ) &&
    /^(?:ls|list|inspect|df|info|logs|ps|top|stats|port|diff|history|show|version|du)$/.test(second)
  )
    return [reads(`${call.name} ${verb} ${second} reads`)];
  if (/^(?:push|login|logout)$/.test(verb) || (verb === "image" && second === "push"))
    return [
      changesOutside(`${call.name} ${verb} sends to a registry`),
      ...(verb.startsWith("log") ? [trusted("it stores credentials")] : []),
    ];
  if (/^(?:pull|search)$/.test(verb)) return [reaches(`${call.name} ${verb} asks a registry`)];
  const inner = verb === "exec" || verb === "run" ? containerCommand(rest) : [];
  return [
    needsRights(`${call.name} ${verb} acts on the machine's containers`),
    ...(/^(?:rm|rmi|prune|kill)$/.test(verb) || /^(?:rm|prune)$/.test(second)
      ? [destroys("it removes containers or images")]
      : []),
    ...(inner.length > 0 ? [{ runs: inner }] : []),
  ];
}

function containerCommand(rest: readonly Arg[]): readonly Arg[] {
  const { operands } = given(rest, {
    isStrict: true,
    valued:
      "-e --env -u --user -w --workdir -v --volume --mount -p --publish --name --network --entrypoint --env-file -l --label --platform --rm-x -h --hostname --cpus -m --memory --gpus --pid --ipc --cap-add --security-opt --device",
  });
  return operands.slice(1);
}

function compose(call: Call, args: readonly Arg[]): Outcome {
  const [verb = ""] = firstWords(
    args,
    "-f --file -p --project-name --profile --env-file --project-directory",
  );
  if (/^(?:|ps|ls|logs|config|images|top|port|version|events|help|stats)$/.test(verb))
    return [reads(`${call.name} compose ${verb} reads`)];
  return [needsRights(`${call.name} compose ${verb} acts on the machine's containers`)];
}
