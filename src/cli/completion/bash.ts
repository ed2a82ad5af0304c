import type { CommandShape } from "./shape.ts";
import { shellCases } from "./shell-cases.ts";

/** Works in bash from 3.2 on: no mapfile, no associative arrays, `compopt` only where there is one. */
export const bashScript = (program: string, shapes: readonly CommandShape[]): string =>
  `# Completion of ${program} for bash. In ~/.bashrc: source <(${program} completion bash)
${shellCases(program, shapes)}
_${program}() {
  local program=$1 cur=\${COMP_WORDS[COMP_CWORD]} command= kind= flags= value= word= i
  local places=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue; fi
    if [[ -n $value ]]; then value=; continue; fi
    if [[ $word == -* ]]; then
      _${program}_kind "$command/$word"
      value=$kind
    elif [[ -z $command ]]; then command=$word
    else places+=("$word"); fi
  done
  if [[ $cur == = ]]; then cur=; fi
  if [[ -n $value ]]; then kind=$value
  elif [[ $cur == -* ]]; then
    _${program}_flags "$command"
    kind="words $flags"
  elif [[ -z $command ]]; then kind='words ${shapes.map(({ name }) => name).join(" ")}'
  else _${program}_kind "$command/$((\${#places[@]} + 1))"; fi
  case $kind in
    (words\\ *) _${program}_words "\${kind#words }" ;;
    (run | task | waiting) _${program}_words "$("$program" __complete "$kind" \${places[@]+"\${places[@]}"} 2>/dev/null | cut -f1)" ;;
    (goal) _${program}_files -f -X '!*.md'; _${program}_files -d ;;
    (file) _${program}_files -f ;;
    (directory) _${program}_files -d ;;
  esac
}
_${program}_words() {
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}
_${program}_files() {
  compopt -o filenames 2>/dev/null
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@" -- "$cur")
}
complete -F _${program} ${program}
`;
