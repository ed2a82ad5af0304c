import type { Arg } from "../arg.ts";
import { argOf, holdsUnknown } from "../arg.ts";
import type { Call, Tools } from "../call.ts";
import { each } from "../call.ts";
import {
  changesOutside,
  destroys,
  needsRights,
  ownCode,
  reaches,
  reads,
  trusted,
  writes,
} from "../finding.ts";
import type { Outcome } from "../finding.ts";
import { given, has, valuesOf } from "../options.ts";

/** Clients of services elsewhere: forges, clouds, clusters. */
export const serviceTools: Tools = {
  gh,
  ...each("glab hub tea jira linear bb az-devops acli sentry-cli codecov", forge),
  ...each(
    "aws gcloud gsutil bq az doctl linode-cli hcloud oci ibmcloud aliyun tccli scw exo civo vercel vc netlify heroku fly flyctl wrangler firebase railway render surge now amplify serverless sls sam cdk copilot eb supabase planetscale pscale turso neonctl convex deployctl dokku cf kamal cap ansible ansible-playbook ansible-galaxy salt puppet chef knife nomad consul boundary waypoint juju eksctl kops k3d kind minikube clever gh-pages modal replicate huggingface-cli hf wandb mlflow databricks snowsql snow dbt-cloud stripe twilio sendgrid shopify ngrok-api expo eas appcenter fastlane play store-cli datadog-ci newrelic circleci travis buildkite-agent jenkins-cli op bw lpass doppler infisical chamber aws-vault vault sops pass secret-tool security keyring credstash gopass",
    cloud,
  ),
  ...each("kubectl oc k kubectx kubens k9s stern kustomize-remote", kubectl),
  ...each("helm helmfile argocd flux istioctl linkerd skaffold tilt", (call) =>
    byVerb(
      call,
      /^(?:template|lint|list|ls|version|show|get|status|history|env|help|search|diff|completion|verify|dependency-list)$/,
      "read",
      /^(?:create|package)$/,
    ),
  ),
  ...each("terraform tofu terragrunt pulumi packer cdktf", terraform),
};

const firstWords = (args: readonly Arg[], valued = ""): string[] =>
  given(args, { valued }).operands.map(({ shape }) => shape);

function gh(call: Call): Outcome {
  const [noun = "", verb = ""] = firstWords(
    call.args,
    "-R --repo -q --jq -L --limit -s --state --json -t --template",
  );
  const hosts = ["api.github.com:443", "github.com:443"];
  if (noun === "" || /^(?:version|help|completion|--version)$/.test(noun))
    return [reads("gh says what it is")];
  if (noun === "api") return api(call);
  if (
    /^(?:auth|config|alias|extension|ext|secret|variable|ssh-key|gpg-key|codespace|cs|attestation-write)$/.test(
      noun,
    )
  ) {
    const isReading = /^(?:status|list|ls|get)$/.test(verb) && /^(?:alias|config|extension)$/.test(noun);
    return [
      isReading ? reads("gh lists its settings") : trusted(`gh ${noun} concerns credentials or settings`),
    ];
  }
  if (
    /^(?:list|ls|view|status|diff|checks|download|watch|clone|checkout|co|search|verify|browse)$/.test(
      verb,
    ) ||
    /^(?:search|status|browse)$/.test(noun)
  )
    return [reaches(`gh ${noun} ${verb} asks GitHub`.trim(), hosts)];
  return [changesOutside(`gh ${noun} ${verb} changes something on GitHub`.trim(), hosts)];
}

function api(call: Call): Outcome {
  const found = given(call.args, {
    valued: "-X --method -f --raw-field -F --field -H --header -q --jq -t --template --input --hostname -p",
  });
  const methods = valuesOf(found, "-X --method");
  const isGet = methods.length > 0 && methods.every(({ shape }) => /^(?:get|head)$/i.test(shape));
  const isSending =
    !isGet &&
    (methods.length > 0 ||
      has(found, "-f --raw-field -F --field --input") ||
      /graphql/.test(found.operands[1]?.shape ?? ""));
  return [
    isSending
      ? changesOutside("gh api sends data", ["api.github.com:443"])
      : reaches("gh api asks GitHub", ["api.github.com:443"]),
  ];
}

function forge(call: Call): Outcome {
  const [noun = "", verb = ""] = firstWords(call.args);
  if (noun === "" || /^(?:version|help|--version|completion)$/.test(noun))
    return [reads(`${call.name} says what it is`)];
  if (/^(?:auth|config|login|token|alias)$/.test(noun))
    return [trusted(`${call.name} ${noun} concerns credentials`)];
  if (
    /^(?:list|ls|view|show|diff|status|clone|checkout|trace)$/.test(verb) ||
    /^(?:browse|clone)$/.test(noun)
  )
    return [reaches(`${call.name} asks a server`)];
  return [changesOutside(`${call.name} changes something on a server`)];
}

const readingVerb =
  /^(?:ls|list|describe|get|show|status|info|head|logs?|tail|whoami|version|help|--version|--help|search|view|cat|du|stat|inspect|versions|regions|ps|wait|check|validate|synth|diff|lint|domains|projects|releases|current|me|test|dev|build|plan|estimate-template-cost|scan|query|lookup|filter|batch-get|select)(?:$|-)/;

function cloud(call: Call): Outcome {
  const words = firstWords(
    call.args,
    "--region --profile --output --query --project --format --filter --resource-group -g -n --name",
  );
  if (words.length === 0)
    return [
      call.args.some(({ shape }) => /^(?:--?v(?:ersion)?|-V|--?h(?:elp)?)$/.test(shape))
        ? reads(`${call.name} says what it is`)
        : changesOutside(`${call.name} changes something outside`),
    ];
  const isSecret = words.some((word) =>
    /^(?:auth|login|configure|logout|secrets?|secretsmanager|iam|sts|token|keys?|credentials?|kms|ssm|print-access-token|get-secret-value|get-login-password|get-parameter|env|vault|export)(?:$|[-:])/.test(
      word,
    ),
  );
  if (
    isSecret ||
    /^(?:op|bw|lpass|doppler|infisical|chamber|aws-vault|vault|sops|pass|secret-tool|security|keyring|credstash|gopass)$/.test(
      call.name,
    )
  )
    return [trusted(`${call.name} concerns credentials or rights`), { ...reaches("it asks a service") }];
  if (/^(?:ansible|ansible-playbook|salt|puppet|chef|knife)$/.test(call.name))
    return [needsRights(`${call.name} changes other machines`), { ...changesOutside("it reaches them") }];
  const verbs = words.slice(0, 4).filter((word) => !holdsUnknown(argOf(word)));
  const isCopy = verbs.some((word) =>
    /^(?:cp|mv|sync|rsync|rm|rb|mb|put|upload|download|presign|delete|create|update|set|add|remove|deploy|run|exec|publish|push|apply|import|start|stop|restart|scale|invoke|send|attach|detach|put-|modify|terminate|reboot|enable|disable)(?:$|-)/.test(
      word,
    ),
  );
  const isDownload =
    /^(?:cp|sync)$/.test(verbs[1] ?? verbs[0] ?? "") &&
    /^(?:s3|gs):\/\//.test(words.find((word) => /:\/\//.test(word)) ?? "") &&
    !/:\/\//.test(words.at(-1) ?? "://");
  if (isDownload) return [reaches(`${call.name} downloads`)];
  if (/^(?:--?v(?:ersion)?|version|help)$/.test(words[0] ?? ""))
    return [reads(`${call.name} says what it is`)];
  return !isCopy && verbs.some((word) => readingVerb.test(word))
    ? [reaches(`${call.name} asks a service`)]
    : [changesOutside(`${call.name} changes something outside`)];
}

function byVerb(call: Call, reading: RegExp, as: "read" | "network", writing: RegExp): Outcome {
  const [verb = ""] = firstWords(call.args, "-n --namespace --kube-context --context -f --values --set");
  if (writing.test(verb)) return [writes(`${call.name} ${verb} writes files`)];
  if (!reading.test(verb) && verb !== "") return [changesOutside(`${call.name} ${verb} changes a cluster`)];
  const isFetching = call.args.some(({ shape }) =>
    /^oci:|^https?:|^--repo|^--dependency-update|^(?!charts?\/)[\w-]+\/[\w-]+$/.test(shape),
  );
  return [
    as === "read" &&
    !(verb === "template" && isFetching) &&
    /^(?:|template|lint|version|help|env|completion)$/.test(verb)
      ? reads(`${call.name} ${verb} reads`)
      : reaches(`${call.name} ${verb} asks a cluster`),
  ];
}

function kubectl(call: Call): Outcome {
  const words = firstWords(call.args, "-n --namespace --context --kubeconfig -f -l -o --cluster --user -c");
  const [verb = "", noun = ""] = words;
  if (verb === "" && !/^(?:kubectl|oc|k)$/.test(call.name)) return [reaches(`${call.name} asks a cluster`)];
  if (/^(?:|version|help|completion|kustomize|api-resources-local|explain-local)$/.test(verb))
    return [
      verb === "version" && !has(given(call.args, {}), "--client")
        ? reaches("kubectl asks a cluster")
        : reads("kubectl says what it is"),
    ];
  if (/^(?:config)$/.test(verb))
    return [
      /^(?:view|get-contexts|current-context|get-clusters)$/.test(noun)
        ? trusted("kubectl config shows credentials")
        : trusted("kubectl config changes credentials"),
    ];
  if (
    /^(?:get|describe|logs|top|explain|api-resources|api-versions|cluster-info|diff|events|wait)$/.test(verb)
  )
    return [
      /secret/i.test(words.slice(1).join(" "))
        ? trusted("it reads secrets of a cluster")
        : reaches("kubectl asks a cluster"),
    ];
  if (/^(?:exec|cp|attach|port-forward|proxy|run|debug|auth|certificate)$/.test(verb))
    return [trusted(`kubectl ${verb} runs things in a cluster`), changesOutside("it changes a cluster")];
  return [changesOutside(`kubectl ${verb} changes a cluster`)];
}

function terraform(call: Call): Outcome {
  const [verb = "", noun = ""] = call.args
    .map(({ shape }) => shape)
    .filter((shape) => !shape.startsWith("-chdir"));
  if (/^(?:|fmt|version|-version|--version|help|graph|-help|about|inspect)$/.test(verb))
    return [
      verb === "fmt" && !/-check/.test(call.args.map(({ shape }) => shape).join(" "))
        ? writes("it formats files")
        : reads(`${call.name} ${verb} reads`),
    ];
  if (verb === "validate") return [ownCode(`${call.name} validate starts providers`)];
  if (
    /^(?:init|get|providers|plan|preview|refresh-only|show|output|console|up-preview)$/.test(verb) ||
    (verb === "state" && /^(?:list|show)$/.test(noun))
  )
    return [reaches(`${call.name} ${verb} asks providers`)];
  return [
    changesOutside(`${call.name} ${verb} changes what it manages`),
    ...(/^(?:destroy|down|taint)$/.test(verb) ? [destroys("it destroys what it manages")] : []),
  ];
}
