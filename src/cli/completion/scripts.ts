/** Names this program may be called by. `kubectl weft` is completed by kubectl itself. */
const programs = ['weft', 'calicoctl', 'kubectl-weft'];

/** Shells there is a script for. */
export type Shell = 'bash' | 'fish' | 'zsh';

// Every script asks the program itself (`__complete`), whose answers come from the command table: a script never goes
// out of date. A line `:files` stands for names of files.
const bash = `# bash completion of weft: eval "$(weft completion bash)"
_weft_complete() {
  local line answers
  COMPREPLY=()
  answers=$("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  if [[ $answers == :files ]]; then
    compopt -o filenames 2>/dev/null
    local current=\${COMP_WORDS[COMP_CWORD]}
    [[ $current == = ]] && current=
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    return 0
  fi
  while IFS= read -r line; do
    [[ -n $line ]] && COMPREPLY+=("\${line%%$'\\t'*}")
  done <<< "$answers"
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _weft_complete ${programs.join(' ')}
`;

const zsh = `#compdef ${programs.join(' ')}
# zsh completion of weft: source <(weft completion zsh)
_weft_complete() {
  local line
  local -a answers
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == :files ]]; then
      _files
      return
    fi
    if [[ $line == *$'\\t'* ]]; then
      answers+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      answers+=("\${line//:/\\\\:}")
    fi
  done
  _describe weft answers
}
compdef _weft_complete ${programs.join(' ')}
`;

const fish = `# fish completion of weft: weft completion fish | source
function __weft_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l answers ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$answers" = ":files"
        __fish_complete_path "$current"
    else
        printf '%s\\n' $answers
    end
end
for program in ${programs.join(' ')}
    complete -c $program -f -a '(__weft_complete)'
end
`;

/** The completion script of each shell. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, fish, zsh };
