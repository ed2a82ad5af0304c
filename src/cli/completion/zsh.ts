import type { CommandShape } from "./shape.ts";
import { quoted, shellCases } from "./shell-cases.ts";

export const zshScript = (program: string, shapes: readonly CommandShape[]): string =>
  `#compdef ${program}
# Completion of ${program} for zsh. In ~/.zshrc, after compinit: source <(${program} completion zsh)
${shellCases(program, shapes)}
_${program}() {
  local command= kind= flags= value= word=
  local -a places commands found
  local -i i
  commands=(
${shapes.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`).join("\n")}
  )
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $value ]]; then value=; continue; fi
    if [[ $word == -*=* ]]; then continue; fi
    if [[ $word == -* ]]; then
      _${program}_kind "$command/$word"
      value=$kind
    elif [[ -z $command ]]; then command=$word
    else places+=("$word"); fi
  done
  word=\${words[CURRENT]}
  if [[ -n $value ]]; then kind=$value
  elif [[ $word == -*=* ]]; then
    _${program}_kind "$command/\${word%%=*}"
    compset -P '*='
  elif [[ $word == -* ]]; then
    _${program}_flags "$command"
    kind="words $flags"
  elif [[ -z $command ]]; then
    _describe -t commands command commands
    return
  else _${program}_kind "$command/$((\${#places} + 1))"; fi
  case $kind in
    (words\\ *) compadd -- \${=kind#words } ;;
    (run | task | waiting)
      found=("\${(@f)$(\${words[1]} __complete $kind $places 2>/dev/null)}")
      found=(\${\${found:#}//:/\\\\:})
      found=("\${found[@]/$'\\t'/:}")
      _describe -t $kind $kind found ;;
    (goal) _files -g '*.md' ;;
    (file) _files ;;
    (directory) _files -/ ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
