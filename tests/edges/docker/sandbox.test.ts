import { sandboxContract } from "../../contracts/sandbox.contract.ts";
import { describeDocker } from "../../docker.ts";
import { ground } from "./ground.ts";

describeDocker("the Docker sandbox", () => {
  sandboxContract("docker", ground);
});
