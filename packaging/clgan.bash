# bash completion for clgan and clgan-bench. The program knows what a word may become: clgan --complete WORDS...

# Joins what bash cut at = and : (COMP_WORDBREAKS), up to the cursor's word, into `words`.
_clgan_words()
{
    local i word glue=""
    words=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -gt 1 && ($word == [=:]* || -n $glue) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        if [[ $word == *[=:] ]]; then glue=yes; else glue=""; fi
    done
}

# Offers files and folders as bash does: begun as $1, only files that end in $2 where it is not empty.
_clgan_files()
{
    compopt -o filenames 2>/dev/null
    if [[ $2 == / ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$1")
        if [[ ${#COMPREPLY[@]} -gt 0 ]]; then return; fi
    fi
    if [[ $2 == .* ]]; then
        mapfile -t COMPREPLY < <(compgen -d -- "$1"; compgen -f -X "!*$2" -- "$1")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$1")
    fi
}

_clgan()
{
    local words word quote="" begun kept how line i
    local -a lines about
    COMPREPLY=()
    _clgan_words
    word=${words[-1]-}
    # As it will be read: a quote that was opened, backslashes.
    case $word in
        [\"\']*) quote=${word:0:1} word=${word:1} ;;
        *) word=${word//\\/} ;;
    esac
    words[-1]=$word
    # bash replaces what stands after the last = or : alone.
    begun=${COMP_WORDS[COMP_CWORD]#[\"\']}
    if [[ $begun == [=:] ]]; then begun=""; fi
    if [[ -z $quote ]]; then begun=${begun//\\/}; fi
    kept=${word%"$begun"}

    mapfile -t lines < <("${COMP_WORDS[0]/#\~\//$HOME/}" --complete "${words[@]}" 2>/dev/null)
    how=${lines[0]-}
    case $how in
        folders) _clgan_files "$begun" / ; return ;;
        files*) how=${how#files}; _clgan_files "$begun" "${how# }"; return ;;
        parts) compopt -o nospace 2>/dev/null ;;
    esac
    for line in "${lines[@]:1}"; do
        line=${line#"$kept"}
        about+=("${line#*$'\t'}")
        line=${line%%$'\t'*}
        # A path may have characters that mean something to a shell.
        if [[ $how == paths && -z $quote ]]; then
            printf -v line %q "$line"
            line=${line/#\\~/\~}
        fi
        COMPREPLY+=("$line")
    done
    # A list that is shown, not inserted, has what each is.
    if [[ ${#COMPREPLY[@]} -gt 1 && ${COMP_TYPE-} == @(63|33|64) ]]; then
        for i in "${!COMPREPLY[@]}"; do
            if [[ -z ${about[i]} ]]; then continue; fi
            printf -v line '%-18s %s' "${COMPREPLY[i]}" "(${about[i]})"
            COMPREPLY[i]=${line:0:${COLUMNS:-80}-2}
        done
    fi
}

complete -F _clgan clgan clgan-bench
