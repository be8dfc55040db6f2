"""The pages of the report: the years, what one lacks, the stories, the preview, downloads."""
