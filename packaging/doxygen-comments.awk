# Turns the comments of clgan.h, which are plain C, into doxygen's: what stands before a declaration, what follows one on
# its line (of several names on a line each gets it), "---- name ----" as a group. What every struct of options has, and
# what frees an object, it describes where the header says nothing.

# A declaration with what follows it: "type a, b; /* text */".
function put(code, text,    type, names, count, i, indent) {
    gsub(/[ \n]+/, " ", text)
    match(code, /^ */)
    indent = substr(code, 1, RLENGTH)
    code = substr(code, RLENGTH + 1)
    if (code ~ /^[a-z_0-9]+( [a-z_0-9]+)* \**[a-z_0-9]+(\[[^]]*\])?(, \**[a-z_0-9]+(\[[^]]*\])?)+; *$/) {
        sub(/; *$/, "", code)
        count = split(code, names, /, /)
        match(names[1], /^.* /)
        type = substr(names[1], 1, RLENGTH)
        print indent names[1] "; /**< " text " */"
        for (i = 2; i <= count; i++) print indent type names[i] "; /**< " text " */"
    } else
        print indent code "/**< " text " */"
}

NR == 1 {
    print "/** @mainpage libclgan"
    print " * " substr($0, 4)
    next
}
/^#ifndef CLGAN_H/ {
    print "/** @file clgan.h\n * The public interface of libclgan. */"
    print "/** @defgroup general Status, version, log\n * @{ */"
}
/^#ifdef __cplusplus/ {
    skipped = 1
    if (parts) print "/** @} */"
}
skipped {
    if (/^#endif/) skipped = 0
    next
}
/^\/\* ---- .* ---- \*\/$/ {
    title = substr($0, 9, length($0) - 16)
    print "/** @} */\n/** @defgroup part" ++parts " " toupper(substr(title, 1, 1)) substr(title, 2) "\n * @{ */"
    next
}

# The rest of a comment that follows code.
following {
    text = text " " $0
    if (/\*\//) {
        sub(/ *\*\/.*/, "", text)
        put(code, text)
        following = 0
    }
    next
}
{
    at = index($0, "/* ")
    before = at ? substr($0, 1, at - 1) : ""
}
at && before ~ /[^ ]/ {
    code = before
    text = substr($0, at + 3)
    documented = 0 # the next line is another declaration
    if (text ~ /\*\//) {
        sub(/ *\*\/.*/, "", text)
        put(code, text)
    } else
        following = 1
    next
}
at { $0 = before "/** " substr($0, at + 3) }

!documented && /^    size_t size;$/ { $0 = $0 " /**< sizeof this struct: the initialiser sets it */" }
!documented && /^    clgan_device_options device;$/ { $0 = $0 " /**< which device to use, and how */" }
!documented && /^    void \*user;$/ { $0 = $0 " /**< given to each function that is called */" }
!documented && /^#define CLGAN_.*_OPTIONS / { print "/** Initialises that struct with its defaults. */" }
!documented && /^CLGAN_API void clgan_.*_free\(/ { print "/** Frees it and what it holds; NULL is fine. */" }
{
    documented = /\*\/ *$/ && !/;/
    print
}
