/** Names of developers' programs, by what they do; those with a table of their own are not here. */

const list = (text: string): string => text.trim().split(/\s+/).join(" ");

/** They run tasks of a project: words nobody has told the meaning of follow. */
export const taskRunners = list(`
make gmake bmake remake ninja samu meson bazel bazelisk buck buck2 pants please scons waf just task rake invoke inv nox tox ant sbt lein mill boot doit mage tup redo bob
nx turbo turborepo lage moon wireit gulp grunt jake npm-run-all npm-run-all2 run-s run-p concurrently wsrun nps zx
rails artisan console symfony drush wp craft cake yii laravel spring foreman honcho hivemind overmind goreman thor
django-admin flask celery airflow prefect dagster kedro luigi manage.py fastapi hypercorn rq dramatiq huey quart sanic frappe odoo odoo-bin superset
prisma drizzle-kit typeorm typeorm-ts-node-commonjs mikro-orm sequelize sequelize-cli knex kysely node-pg-migrate db-migrate umzug adonis nest strapi payload medusa directus keystone redwood rw blitz sails feathers
alembic yoyo phinx doctrine liquibase flyway dbmate migrate goose diesel sqlx atlas tern sql-migrate sqitch sea-orm-cli graphile-migrate aerich tortoise yoyo-migrate pgroll reshape bytebase
next nuxt nuxi astro remix gatsby ng vue vue-cli-service react-scripts craco svelte-kit solid-start qwik ionic capacitor cordova react-native metro electron electron-builder electron-forge electron-vite tauri quasar docusaurus vuepress vitepress hexo gitbook docsify eleventy jekyll hugo zola middleman nanoc bridgetown pelican nikola mkdocs mike mdbook gridsome umi dumi
storybook sb playwright cypress wdio nightwatch testcafe appium maestro
pre-commit lefthook husky overcommit captainhook simple-git-hooks lint-staged yorkie pre-push
buf protolint sqlc ent gqlgen openapi-generator openapi-generator-cli swagger swagger-cli redocly spectral orval graphql-codegen apollo rover relay-compiler quicktype
forge hardhat truffle ape brownie anchor slither dapp embark
platformio pio arduino-cli west idf.py esphome mbed cubeide
rebar3 gleam elm elm-test elm-review spago purs rescript shards ameba dub alr fpm v odin zig lake raco stack cabal dune esy
xmake tuist xcodegen xcodebuild swiftgen sourcery flutter dart melos mason very_good
snakemake nextflow cromwell dvc metaflow zenml bentoml jupyter jupyter-lab jupyter-notebook papermill quarto streamlit gradio voila panel bokeh nbdev_prepare
cookiecutter copier cruft plop hygen yo projen cz commitizen towncrier scriv bumpversion bump2version bump-my-version tbump changie auto-changelog conventional-changelog git-cliff standard-changelog
trunk wasm-pack cargo-make cargo-nextest maturin setuptools-rust poe taskipy dodo nuke cake.exe fake paket msbuild xbuild psake
unicorn puma thin passenger sidekiq resque guard capybara cap-local uvicorn gunicorn waitress-serve daphne nodemon ts-node-dev modd wgo cargo-watch
liquidsoap
cpx copyfiles ncp mkdirp env-cmd dotenv-cli patch-package syncpack manypkg wait-on start-server-and-test
lerna-local cdktf-local serverless-local elixir-ls webpacker
`);

/** They build, test, check, generate or convert: their words are files and options, not orders. */
export const plainTools = list(`
cmake ctest cpack qmake premake5 gn autoconf automake autoreconf autoheader aclocal libtool libtoolize configure m4 autopoint gettextize intltoolize
gcc g++ cc c++ clang clang++ clang-cl icc icx icpx nvcc hipcc tcc zapcc emcc em++ emar emcmake emmake ccache sccache rustc rustdoc clippy-driver gfortran flang ifort ifx gnat gnatmake gprbuild gdc ldc ldc2 dmd rdmd as ld lld ld.lld ld.bfd ld.gold gold mold nasm yasm fasm wasm-ld wasm-opt wat2wasm wasm2wat wasm-objdump wasmtime wasmer wasm3 ranlib strip objcopy dlltool windres patchelf chrpath install_name_tool lipo dsymutil opt llc lli bugpoint tblgen
javac javadoc jar jlink jpackage jmod kotlinc ktlint detekt scalac scalafmt scalafix groovyc ecj proguard r8 dx aapt aapt2 zipalign apksigner dexdump
gofumpt golines mockgen mockery stringer wire templ gotestsum ginkgo dlv gopls benchstat golint gotests gomodifytags impl goyacc ragel re2c
swiftc swiftlint swiftformat swift-format nim nimpretty crystal ghc hlint ormolu fourmolu brittany stylish-haskell hindent hpack haddock alex happy doctest hasktags fay
ocamlc ocamlopt ocamlfind ocamldep ocamlformat ocamllex menhir ocamlbuild refmt bsb coqc coqtop coq_makefile lean isabelle agda idris idris2 fstar dafny boogie z3 cvc4 cvc5 tlc cbmc frama-c why3 minizinc glpsol cbc clasp clingo swipl gprolog yap
erlc escript dialyzer typer elixirc luac luacheck busted stylua perltidy perlcritic dzil minil milla prove yath pod2html pod2man pod2text
fpc lazbuild gcobol cobc gst smalltalk ghdl iverilog vvp verilator yosys nextpnr nextpnr-ice40 nextpnr-ecp5 icepack slang vcs xelab ecppack openroad klayout ngspice magic netgen kicad-cli
tsc tsx ts-node babel swc esbuild rollup rolldown webpack webpack-cli vite parcel rspack rsbuild farm snowpack wmr microbundle unbuild pkgroll tsdown tsup ncc nexe terser uglifyjs uglify-js cleancss csso html-minifier html-minifier-terser minify sass node-sass lessc stylus pug pug-cli ejs handlebars mustache svgo purgecss postcss tailwindcss tailwind unocss lightningcss autoprefixer vue-tsc svelte-check astro-check json2ts ts-json-schema-generator typescript-json-schema dts-bundle-generator api-extractor typedoc jsdoc documentation esdoc jsdoc2md compodoc madge dependency-cruiser depcruise depcheck knip unimported ts-prune ts-unused-exports size-limit bundlesize publint attw source-map-explorer jscpd
pytest py.test nosetests nose2 unittest trial ward coverage mutmut cosmic-ray behave robot pybot vitest jest mocha ava tap tape uvu jasmine karma qunit node-tap c8 nyc istanbul stryker cucumber cucumber-js rspec minitest testrb phpunit pest paratest codecept infection behat phpspec kahlan bats shellspec shunit2 roundup catch2 criterion greatest cram lit FileCheck runtest tavern pgtap pg_prove
mypy dmypy pyright basedpyright pytype pyre ty pylint flake8 pyflakes pycodestyle pydocstyle bandit vulture radon xenon prospector pylama dodgy deptry import-linter lint-imports interrogate docformatter autoflake unify pyupgrade django-upgrade refurb flynt djlint curlylint pyroma check-manifest validate-pyproject eradicate darglint pydoclint numpydoc
nuitka nuitka3 pyinstaller cx_freeze cxfreeze cython cythonize f2py pybind11-stubgen stubgen jupytext nbstripout nbqa pdoc pdoc3 sphinx-build sphinx-apidoc sphinx-autogen sphinx-quickstart doc8 pydeps pyreverse snakeviz kernprof scalene memray mprof pyinstrument gprof2dot viztracer line_profiler pip-licenses
tslint jshint jslint standard semistandard ts-standard xo rome biome eslint_d oxlint quick-lint-js stylelint sass-lint htmlhint html-validate linthtml markdownlint markdownlint-cli2 mdl remark remark-cli textlint write-good proselint vale cspell codespell typos misspell misspell-fixer commitlint gitlint editorconfig-checker eclint ls-lint sort-package-json npm-package-json-lint prettierd fixjson jsonlint ajv json-schema-validate check-jsonschema
shellcheck bashate beautysh checkbashisms hadolint dockle dockerfilelint dockfmt yamllint yamlfmt tomlcheck actionlint zizmor checkov tfsec tflint terrascan terraform-docs cfn-lint cfn_nag kubeval kubeconform kube-linter kube-score polaris pluto conftest opa regal rego kustomize-local helm-docs ansible-lint salt-lint puppet-lint foodcritic cookstyle
rubocop standardrb haml-lint slim-lint erblint erb_lint brakeman reek flay flog fasterer rails_best_practices srb sorbet steep rbs typeprof yard yardoc rdoc annotate i18n-tasks solargraph erb haml slimrb licensed
php-cs-fixer phpcs phpcbf phpstan psalm phan phpmd phploc phpcpd rector deptrac twigcs blade-formatter pint larastan parallel-lint php-parse
clang-tidy clang-check cppcheck cpplint iwyu include-what-you-use iwyu_tool splint flawfinder scan-build infer bear compiledb astyle indent uncrustify cmake-format cmake-lint gersemi valac blueprint-compiler glib-compile-resources glib-compile-schemas gdbus-codegen wayland-scanner moc uic rcc lupdate lrelease qmllint qmlformat qmake6
checkstyle pmd spotbugs errorprone google-java-format palantir-java-format jdepend jacococli clj-kondo cljfmt zprint eastwood kibit joker scalastyle wartremover
golangci-lint staticcheck revive errcheck ineffassign gocyclo gocritic nilaway go-critic buildifier buildozer gazelle starlark
sqlfluff sqlfmt sqlformat pg_format pgformatter sql-formatter squawk sqruff tsqllint
lcov genhtml gcov gcovr llvm-cov llvm-profdata kcov bashcov cargo-llvm-cov cargo-tarpaulin tarpaulin grcov covertool diff-cover reportgenerator opencover
protoc protoc-gen-go grpc_tools_node_protoc protobuf-compiler flatc capnp thrift avro-tools asn1c swig cbindgen bindgen wasm-bindgen uniffi-bindgen cxxbridge sip pyrcc5 pyuic5 pyuic6 pyside6-uic gperf bison yacc byacc flex lex jflex antlr antlr4 javacc lemon peg pegjs peggy nearley nearleyc jison tree-sitter ohm lrpar lalrpop
ctags etags gtags global cscope cflow cproto universal-ctags starscope ripper-tags gotags doxygen doxywizard naturaldocs robodoc cldoc hdoc
latexmk pdflatex latex xelatex lualatex luatex pdftex tex etex bibtex bibtex8 biber makeindex xindy makeglossaries dvips dvipdfm dvipdfmx dvisvgm latexdiff chktex lacheck latexindent tectonic typst context mtxrun texi2dvi texi2pdf texi2any makeinfo kpsewhich pandoc pandoc-citeproc asciidoctor asciidoctor-pdf asciidoc a2x rst2html rst2latex rst2pdf rst2man markdown markdown_py mdformat doctoc marked showdown kramdown redcarpet cmark cmark-gfm multimarkdown mmd discount groff troff nroff grog eqn tbl pic refer man2html mandoc ronn help2man txt2man scdoc go-md2man dblatex xmlto fop xsltproc saxon xalan db2html wkhtmltopdf wkhtmltoimage weasyprint prince ebook-convert unoconv soffice libreoffice antiword catdoc catppt xls2csv docx2txt odt2txt xlsx2csv ssconvert in2csv
pdftk pdfunite pdfseparate pdfimages pdftoppm pdftocairo pdftops pdftohtml pdfcrop pdfjam pdfnup pdf2svg pdf2ps ps2pdf ps2ascii ps2eps epstopdf mutool qpdf ocrmypdf tesseract img2pdf cpdf
convert magick mogrify montage composite gm vips vipsthumbnail gifsicle gif2webp jpegtran cjpeg djpeg jpegoptim pngquant pngcrush optipng oxipng zopflipng advpng pngout cwebp dwebp img2webp avifenc avifdec heif-convert cjxl djxl rsvg-convert inkscape potrace autotrace svgexport svgcleaner exiftran exiv2 jhead pngtopnm pnmtopng netpbm ppmtojpeg icotool wrestool png2icns iconutil gimp darktable-cli dcraw rawtherapee-cli povray blender openscad freecad meshlabserver ufraw-batch scour
ffmpeg avconv sox lame flac metaflac opusenc opusdec oggenc oggdec vorbiscomment mpg123 mpg321 mplayer mencoder faac fdkaac normalize-audio mp3gain id3v2 eyeD3 mid3v2 handbrakecli HandBrakeCLI mkvmerge mkvextract mkvpropedit MP4Box mp4box mediaconch x264 x265 svtav1encapp aomenc vpxenc rav1e timidity fluidsynth pico2wave csound lilypond abcm2ps musescore auto-editor
dot neato twopi circo fdp sfdp osage gvpr ccomps dot2tex mmdc plantuml mscgen blockdiag seqdiag actdiag nwdiag ditaa d2 pikchr svgbob asy mpost metapost vega vl2svg vl2png graph-easy structurizr erd tbls schemaspy eralchemy
msgfmt msgmerge msginit msgcat msgconv msguniq msgattrib xgettext po4a pot2po po2json i18next i18next-parser formatjs lingui pybabel
gettext recode konwert tidy tidy5 xmlformat js-beautify css-beautify html-beautify prettier-eslint csscomb jsonnet jsonnetfmt jb-local cue dhall dhall-to-json dhall-to-yaml kcl nickel ytt j2 jinja2 jinjanator jinja mustache-cli cpp gpp fpp ppx preprocess
nixfmt nixpkgs-fmt alejandra statix deadnix nil treefmt
rust-analyzer clangd jdtls lua-language-server typescript-language-server bash-language-server pylsp jedi-language-server ccls
bench gprof kcachegrind massif-visualizer ms_print cg_annotate callgrind_annotate flamegraph inferno-flamegraph stackcollapse-perf.pl flamegraph.pl speedscope
mktorrent genisoimage mkisofs xorriso mksquashfs unsquashfs mkimage dtc fdtdump e2image squashfs-tools dpkg-deb dpkg-source dpkg-buildpackage debuild lintian debhelper dh rpmbuild rpmlint makepkg cargo-deb cargo-rpm nfpm appimagetool linuxdeploy makensis iscc wix candle light
makeself shc upx upx-ucl jsmin gzexe shar uuencode zopfli bro lrzip lzip plzip lzop rzip zpaq arj lha zoo par2 par2create par2repair
gource gitstats git-quick-stats license-checker licensee reuse addlicense licensecheck scancode askalono go-licenses cargo-about cargo-license cyclonedx-py cyclonedx-npm cyclonedx-bom detect-secrets git-secrets-scan secretlint whispers
vhs svg-term termtosvg ttygif freeze silicon
pyp comby sd sad ast-grep sg semgrep codemod jscodeshift rector-cli fastmod rpl replace mdtoc gh-md-toc toc markdown-toc
dpp dyff oj json5 hjson json2yaml yaml2json toml2json json2csv csv2json csvtojson xml2json xml2js remarshal yj
terraform-ls packer-fmt pkl
`);

/** They read and print, whatever they are given. */
export const readers = list(`
envsubst jless fx jid tomlq exiftool pdftotext jiq jnv gron jd json-diff jsondiff jp jmespath visidata vd csvstack csvformat csvjson csvjoin csvclean xsv qsv tsv-utils tsv-filter tsv-select tsv-summarize htmlq pup hxselect hxnormalize rga ugrep+ pcregrep pcre2grep agrep tre-agrep sgrep sk fzy peco mdcat mdless difft difftastic diffoscope diff-so-fancy dwdiff spiff tokei scc cloc loc sloc sloccount gocloc lc onefetch exa procs btm bottom glances htop btop atop nmon iotop pidstat sar slabtop numastat lstopo inxi hwinfo lshw hostid ddate pv progress ffprobe mediainfo identify pdfinfo pdffonts exif soxi jpeginfo pngcheck gifinfo webpinfo mkvinfo zipinfo lsar lz4cat zstdgrep zstdless bzgrep bzless bzmore xzless xzmore xzgrep zdiff zcmp bzdiff xzdiff lzless pkg-config pkgconf llvm-config python-config python3-config icu-config sdl2-config pg_config mysql_config curl-config xml2-config gpg-error-config addr2line c++filt cxxfilt rustfilt javap jdeps jps dwarfdump llvm-dwarfdump readelf objdump nm size strings otool pahole bloaty checksec elfutils eu-readelf eu-nm pefile dumpbin lddtree findmnt mountpoint blkid lsns lslogins lslocks lsfd systemd-analyze systemd-cgls systemd-cgtop systemd-detect-virt systemd-path faillog ac sa dstat nstat ifstat lsmod usb-devices nvidia-smi rocm-smi clinfo vulkaninfo glxinfo xdpyinfo xwininfo fc-list fc-match fc-query fc-scan xxhsum xxh64sum xxh128sum cksfv md5deep sha256deep hashdeep rhash crc32 b2sum blake3 qalc calc boxes par fmt col colcrt ul spell hunspell ispell unicode uniname charmap ascii perldoc ri cheat tealdeer tldr errno isutf8 ifdata combine getfattr getcap lsattr getfacl namei pathchk printenv tput infocmp toe tabs nproc lsipc utmpdump lastlog lastb uptime locale-check wcwidth git-sizer git-delta git-standup git-summary git-log diffr vivid dircolors lscgroup lssubsys hyfetch neofetch screenfetch fastfetch figlet toilet cowsay lolcat fortune banner jp2a chafa viu catimg img2txt tiv timg ipcalc sipcalc whoami logname tty arch lsb_release cpuid x86info cpufreq-info sensors acpi upower inotifywait inotifywatch lnav multitail angle-grinder agrind ccze logtop pt-query-digest jc jo nkf kakasi mecab chasen unrtf rtf2text deark oletools olevba pdfid pdf-parser ssdeep tlsh trid diec rabin2 rafind2 rahash2 rax2 readpe tdump lsdiff filterdiff grepdiff interdiff combinediff flipdiff dehtml html2markdown hxtoc
funiq dateutils datediff dateadd dateseq strptime dseq datetest ncal gcal numfmt units uniq lsdvd getopt expr seq jot csvlens tabview tidy-viewer tv xan choose hck huniq tac rev hexdump bsdgrep lstree pstree pmap fincore lsblk lsscsi
`);
