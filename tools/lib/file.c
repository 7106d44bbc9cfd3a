// SPDX-License-Identifier: GPL-2.0
/*
 * Files of statements; see file.h.
 */
#include "file.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

/*
 * A file that is being read, and what it includes just now: either what a
 * pattern found, or one path.
 */
struct frame {
	struct mcr_source *source;
	struct mcr_lex lex;
	unsigned int line;
	unsigned int column;
	unsigned int length;
	glob_t found;
	size_t next;
	char *path;
};

struct reader {
	struct mcr_file *file;
	bool includes;
	mcr_statement_fn fn;
	void *arg;
	struct frame frames[MCR_FILE_DEPTH_MAX + 1];
	unsigned int depth;
};

/**
 * mcr_errors_add - note an error
 * @errors: the errors
 * @err: one more; copied
 */
void mcr_errors_add(struct mcr_errors *errors, const struct mcr_error *err)
{
	if (errors->count < MCR_FILE_ERRORS_MAX)
		errors->list[errors->count++] = *err;
	else
		errors->more++;
}

/* Takes over @source, even on failure. */
static int keep(struct mcr_file *file, struct mcr_source *source,
		struct mcr_error *err)
{
	struct mcr_source **sources;

	sources = reallocarray(file->sources, file->count + 1,
			       sizeof(struct mcr_source *));
	if (!sources) {
		mcr_source_free(source);
		return mcr_error_set(err, MCR_ERROR_SYSTEM, "out of memory");
	}
	sources[file->count++] = source;
	file->sources = sources;
	return 0;
}

static void check_binary(struct reader *r, const struct mcr_source *source)
{
	struct mcr_error err;
	const char *s;

	if (!source->binary)
		return;
	mcr_error_set(&err, MCR_ERROR_SYNTAX,
		      "here is a NUL byte: this is no text");
	err.file = source->name;
	err.source = source;
	err.line = 1;
	err.column = 1;
	for (s = source->text; *s; s++) {
		err.column++;
		if (*s == '\n') {
			err.line++;
			err.column = 1;
		}
	}
	mcr_errors_add(&r->file->errors, &err);
}

/* Begin to read a file that was opened. */
static void push(struct reader *r, struct mcr_source *source)
{
	struct frame *f = &r->frames[r->depth++];

	memset(f, 0, sizeof(*f));
	f->source = source;
	mcr_lex_init(&f->lex, source->name, source->text);
	check_binary(r, source);
	/* Of what is not text, errors make no sense. */
	if (source->binary)
		f->lex.text = source->text + source->len;
}

static void end_include(struct frame *f)
{
	globfree(&f->found);
	memset(&f->found, 0, sizeof(f->found));
	free(f->path);
	f->path = NULL;
	f->next = 0;
}

static void pop(struct reader *r)
{
	struct frame *f = &r->frames[--r->depth];

	end_include(f);
	mcr_lex_exit(&f->lex);
}

/* Say what is wrong where a file is included. */
static void blame_include(struct frame *f, struct mcr_error *err)
{
	err->file = f->source->name;
	err->source = f->source;
	err->line = f->line;
	err->column = f->column;
	err->length = f->length;
}

static int include_one(struct reader *r, const char *path,
		       struct mcr_error *err)
{
	struct frame *f = &r->frames[r->depth - 1];
	struct mcr_source *source;

	if (r->depth > MCR_FILE_DEPTH_MAX) {
		mcr_error_set(err, MCR_ERROR_REFUSED,
			      "files include each other more than %u deep",
			      MCR_FILE_DEPTH_MAX);
		return -1;
	}
	source = mcr_source_read(path, err);
	if (!source)
		return -1;
	if (mcr_source_is_open(f->source, &source->stat)) {
		mcr_error_set(err, MCR_ERROR_REFUSED,
			      "%.200s would include itself", source->name);
		mcr_source_free(source);
		return -1;
	}
	source->parent = f->source;
	source->line = f->line;
	source->column = f->column;
	source->depth = r->depth;
	if (keep(r->file, source, err))
		return -1;
	push(r, source);
	return 0;
}

/* The next file of an include, if there is one. */
static const char *next_path(struct frame *f)
{
	size_t next = f->next++;

	if (f->path)
		return next ? NULL : f->path;
	return next < f->found.gl_pathc ? f->found.gl_pathv[next] : NULL;
}

/* Where a file stands, for what it includes; in a pattern, nothing but that. */
static void add_directory(struct mcr_str *str, const struct mcr_source *source,
			  bool pattern)
{
	const char *slash = strrchr(source->name, '/');
	const char *s;

	for (s = source->name; slash && s <= slash; s++)
		mcr_str_addf(str, "%s%c",
			     pattern && strchr("*?[]\\", *s) ? "\\" : "", *s);
}

static int find(struct frame *f, const char *pattern, struct mcr_words *w)
{
	int ret = glob(pattern, GLOB_ERR, NULL, &f->found);

	if (!ret || ret == GLOB_NOMATCH)
		return 0;
	if (ret == GLOB_NOSPACE)
		return mcr_error_set(w->err, MCR_ERROR_SYSTEM, "out of memory");
	return mcr_words_fail(w, w->pos, MCR_ERROR_REFUSED,
			      "%.200s: a directory cannot be read: %s",
			      w->tokens[w->pos - 1].text, strerror(errno));
}

/* include WORD: what it means is read next. */
static int begin_include(struct frame *f, struct mcr_words *w)
{
	const char *word = mcr_words_value(w, "include", "a file");
	const struct mcr_token *token;
	struct mcr_str path = { 0 };
	bool pattern;
	char buf[80];
	int ret = 0;

	if (!word)
		return -1;
	if (!mcr_words_end(w))
		return mcr_words_fail(w, w->pos + 1, MCR_ERROR_SYNTAX,
				      "%s is too much: include takes one file",
				      mcr_words_show(w, buf, sizeof(buf)));
	if (!*word)
		return mcr_words_fail(w, w->pos, MCR_ERROR_SYNTAX,
				      "include needs a value: a file");
	token = &w->tokens[w->pos - 1];
	f->line = token->line;
	f->column = token->column;
	f->length = token->length;
	pattern = word[strcspn(word, "*?[")];
	if (*word != '/')
		add_directory(&path, f->source, pattern);
	/* Only the command line means standard input by "-". */
	if (!pattern && !path.len && !strcmp(word, "-"))
		mcr_str_add(&path, "./");
	mcr_str_add(&path, word);
	if (path.failed)
		ret = mcr_error_set(w->err, MCR_ERROR_SYSTEM, "out of memory");
	else if (pattern)
		ret = find(f, path.s, w);
	if (!ret && !pattern) {
		f->path = path.s;
		return 0;
	}
	mcr_str_free(&path);
	return ret;
}

static int read_statement(struct reader *r, struct frame *f,
			  struct mcr_error *err)
{
	struct mcr_place place = {
		.source = f->source,
		.text = f->lex.text,
		.line = f->lex.line,
		.column = f->lex.column,
	};
	struct mcr_words w = {
		.file = f->source->name,
		.source = f->source,
		.err = err,
	};
	int ret = mcr_lex_next(&f->lex, err);

	if (ret < 0) {
		err->source = f->source;
		mcr_lex_skip(&f->lex);
		return -1;
	}
	if (!ret) {
		pop(r);
		return 0;
	}
	w.tokens = f->lex.tokens;
	w.count = f->lex.count;
	if (r->includes && mcr_words_skip(&w, "include"))
		return begin_include(f, &w);
	return r->fn(&w, &place, r->arg);
}

/* Read on, by a statement or by a file that is included. */
static int step(struct reader *r, struct mcr_error *err)
{
	struct frame *f = &r->frames[r->depth - 1];
	const char *path = next_path(f);
	int ret;

	if (!path) {
		end_include(f);
		return read_statement(r, f, err);
	}
	ret = include_one(r, path, err);
	if (ret && err->kind != MCR_ERROR_SYSTEM)
		blame_include(f, err);
	return ret;
}

static int read_all(struct reader *r, const char *path)
{
	struct mcr_errors *errors = &r->file->errors;
	struct mcr_source *source;
	struct mcr_error err;

	source = mcr_source_read(path, &err);
	if (!source || keep(r->file, source, &err)) {
		mcr_errors_add(errors, &err);
		return -1;
	}
	push(r, source);
	while (r->depth && !errors->more) {
		if (!step(r, &err))
			continue;
		mcr_errors_add(errors, &err);
		if (err.kind == MCR_ERROR_SYSTEM)
			break;
	}
	while (r->depth)
		pop(r);
	return errors->count ? -1 : 0;
}

/**
 * mcr_file_read - read a file, statement by statement
 * @file: where to keep it
 * @path: its path; "-" is standard input
 * @includes: it may include others
 * @fn: called for each statement
 * @arg: for @fn
 *
 * Reading ends when there are more than MCR_FILE_ERRORS_MAX errors.
 *
 * Return: 0, or -1 and errors in @file->errors.
 */
int mcr_file_read(struct mcr_file *file, const char *path, bool includes,
		  mcr_statement_fn fn, void *arg)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct mcr_error err;
	int ret;

	if (!r) {
		mcr_error_set(&err, MCR_ERROR_SYSTEM, "out of memory");
		mcr_errors_add(&file->errors, &err);
		return -1;
	}
	r->file = file;
	r->includes = includes;
	r->fn = fn;
	r->arg = arg;
	ret = read_all(r, path);
	free(r);
	return ret;
}

/**
 * mcr_file_free - forget a file and those it includes
 * @file: the file; empty afterwards
 */
void mcr_file_free(struct mcr_file *file)
{
	size_t i;

	for (i = 0; i < file->count; i++)
		mcr_source_free(file->sources[i]);
	free(file->sources);
	memset(file, 0, sizeof(*file));
}

/**
 * mcr_place_read - read a statement again
 * @place: where it is
 * @lex: what holds its words, for mcr_lex_exit(), even on failure
 * @w: where to put them; @w->err says what is wrong
 *
 * Return: 0, or -1 and an error.
 */
int mcr_place_read(const struct mcr_place *place, struct mcr_lex *lex,
		   struct mcr_words *w)
{
	struct mcr_error *err = w->err;

	memset(w, 0, sizeof(*w));
	mcr_lex_init(lex, place->source->name, place->text);
	lex->line = place->line;
	lex->column = place->column;
	if (mcr_lex_next(lex, err) < 0)
		return -1;
	w->file = place->source->name;
	w->source = place->source;
	w->err = err;
	w->tokens = lex->tokens;
	w->count = lex->count;
	return 0;
}
